"""Every fault of the campaign, in the order of their numbers."""

from tests.campaign.faults import (
    api,
    carrying_on,
    chores,
    clocks,
    damaged,
    detection,
    disk,
    endings,
    fencing,
    kills,
    opening,
    power,
    recovering,
    rot,
    shortage,
    slowness,
    supervised,
    traces,
)

_FAMILIES = (
    kills.FAULTS,
    opening.FAULTS,
    recovering.FAULTS,
    chores.FAULTS,
    endings.FAULTS,
    fencing.FAULTS,
    supervised.FAULTS,
    detection.FAULTS,
    clocks.FAULTS,
    power.FAULTS,
    traces.FAULTS,
    disk.FAULTS,
    shortage.FAULTS,
    slowness.FAULTS,
    rot.FAULTS,
    damaged.FAULTS,
    api.FAULTS,
    carrying_on.FAULTS,
)
FAULTS = {fault.id: fault for fault in sorted(sum(_FAMILIES, ()), key=lambda fault: float(fault.id[1:]))}

__all__ = ["FAULTS"]
