"""Every fault of the campaign, in the order of their numbers."""

from tests.campaign.faults import kills

FAULTS = {fault.id: fault for fault in sorted((*kills.FAULTS,), key=lambda fault: int(fault.id[1:]))}

__all__ = ["FAULTS"]
