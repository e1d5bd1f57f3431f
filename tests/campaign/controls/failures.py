"""Breaks that a system which fails, is short of something or is slow must show."""

from __future__ import annotations

from tests.campaign.control import Control
from tests.campaign.controls import failing

BREAKS = failing.__name__

CONTROLS = (
    Control(
        id="C45",
        title="the system's own error goes on to the caller",
        broken=f"{BREAKS}:errors_not_typed",
        fault="F18",
        shows=("the child ended with 1",),
    ),
    Control(
        id="C46",
        title="an append that failed is acknowledged",
        broken=f"{BREAKS}:failed_append_acknowledged",
        fault="F18",
        shows=("lost",),
        within=80,
    ),
    Control(
        id="C47",
        title="a call raises what the background could not drain",
        broken=f"{BREAKS}:drain_errors_raised",
        fault="F18.1",
        shows=("StoreUnavailable",),
    ),
    Control(
        id="C48",
        title="a disk that was full once counts as full for good",
        broken=f"{BREAKS}:full_for_good",
        fault="F19",
        shows=("not well again by itself",),
    ),
    Control(
        id="C49",
        title="`status` does not say why something waits",
        broken=f"{BREAKS}:errors_not_shown",
        fault="F20",
        shows=("status does not show it",),
    ),
    Control(
        id="C50",
        title="a shortage that was met once counts as lasting",
        broken=f"{BREAKS}:full_for_good",
        fault="F21",
        shows=("not well again by itself",),
    ),
    Control(
        id="C51",
        title="a claim of a task waits for the database",
        broken=f"{BREAKS}:claims_wait_for_the_database",
        fault="F22",
        shows=("calls took over",),
    ),
)
