"""Breaks that a power loss must show."""

from __future__ import annotations

from tests.campaign.control import Control
from tests.campaign.controls import rotten

BREAKS = rotten.__name__
SYNCED_AND_LOST = ("events: lost", "lost although a sync covered it")

CONTROLS = (
    Control(
        id="C20",
        title="a segment is not synced",
        broken=f"{BREAKS}:data_not_synced",
        fault="F13",
        shows=("events: lost",),
    ),
    Control(
        id="C21",
        title="a folder is not synced after a file in it got its name",
        broken=f"{BREAKS}:folder_not_synced",
        fault="F15",
        shows=SYNCED_AND_LOST,
    ),
    Control(
        id="C22",
        title="a report does not say what a power loss may take",
        broken=f"{BREAKS}:power_loss_not_told",
        fault="F14",
        shows=("the report says nothing of a loss",),
    ),
    Control(
        id="C23",
        title="a segment is not synced, on a file system that forgets",
        broken=f"{BREAKS}:data_not_synced",
        fault="F16",
        shows=SYNCED_AND_LOST,
    ),
    Control(
        id="C24",
        title="a folder is not synced, on a file system that forgets",
        broken=f"{BREAKS}:folder_not_synced",
        fault="F16",
        shows=SYNCED_AND_LOST,
    ),
    Control(
        id="C25",
        title="a call waits for the sync of the one before it",
        broken=f"{BREAKS}:earlier_sync_waited_for",
        fault="F13",
        shows=("events: lost",),
    ),
    Control(
        id="C26",
        title="each other sync of a segment does nothing, so that it covers what the one before it covered",
        broken=f"{BREAKS}:segment_synced_half",
        fault="F14",
        shows=("lost although a sync covered it",),
    ),
    Control(
        id="C27",
        title="the marks say that numbers are synced before they are",
        broken=f"{BREAKS}:marked_before_the_sync",
        fault="F15",
        shows=("numbers synced, and",),
    ),
    Control(
        id="C28",
        title="the journal is synced once a minute, whatever the interval",
        broken=f"{BREAKS}:synced_once_a_minute",
        fault="F14",
        shows=("no sync was at work",),
    ),
    Control(
        id="C29",
        title="the numbers that a power loss took are not named; what it may have taken is said as ever",
        broken=f"{BREAKS}:numbers_not_told",
        fault="F14",
        shows=("numbers that are gone are not named",),
    ),
    Control(
        id="C29.1",
        title="the same, on a disk that says it has written what it has not",
        broken=f"{BREAKS}:numbers_not_told",
        fault="F17",
        shows=("numbers that are gone are not named",),
    ),
)
