"""Every fault of the campaign, in the order of their numbers."""

from tests.campaign.faults import api, kills

FAULTS = {fault.id: fault for fault in sorted((*api.FAULTS, *kills.FAULTS), key=lambda fault: int(fault.id[1:]))}

__all__ = ["FAULTS"]
