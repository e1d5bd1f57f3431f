"""Every fault of the campaign, in the order of their numbers."""

from tests.campaign.faults import (
    api,
    chores,
    detection,
    endings,
    kills,
    opening,
    power,
    recovering,
    supervised,
    traces,
)

_FAMILIES = (
    kills.FAULTS,
    opening.FAULTS,
    recovering.FAULTS,
    chores.FAULTS,
    endings.FAULTS,
    supervised.FAULTS,
    detection.FAULTS,
    power.FAULTS,
    traces.FAULTS,
    api.FAULTS,
)
FAULTS = {fault.id: fault for fault in sorted(sum(_FAMILIES, ()), key=lambda fault: int(fault.id[1:]))}

__all__ = ["FAULTS"]
