"""Breaks that a power loss must show."""

from __future__ import annotations

from tests.campaign.control import Control
from tests.campaign.controls import rotten

BREAKS = rotten.__name__

CONTROLS = (
    Control(
        id="C20",
        title="a segment is not synced",
        broken=f"{BREAKS}:data_not_synced",
        fault="F13",
        shows=("lost",),
    ),
    Control(
        id="C21",
        title="a folder is not synced after a file in it got its name",
        broken=f"{BREAKS}:folder_not_synced",
        fault="F15",
        shows=("lost",),
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
        shows=("lost",),
    ),
    Control(
        id="C24",
        title="a folder is not synced, on a file system that forgets",
        broken=f"{BREAKS}:folder_not_synced",
        fault="F16",
        shows=("lost",),
    ),
)
