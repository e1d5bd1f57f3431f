"""Breaks that damage to a dead store, or a hostile file in it, must show."""

from __future__ import annotations

from tests.campaign.control import Control
from tests.campaign.controls import rotten
from tests.crash import plants

BREAKS = rotten.__name__

CONTROLS = (
    Control(
        id="C30",
        title="the digest of a frame is not checked",
        broken=f"{plants.__name__}:digest_not_checked",
        fault="F23",
        shows=("changed",),
    ),
    Control(
        id="C31",
        title="a damaged database is deleted, not moved aside",
        broken=f"{BREAKS}:damage_thrown_away",
        fault="F24",
        shows=("was not moved aside",),
    ),
    Control(
        id="C32",
        title="the numbers of events that are gone are not named",
        broken=f"{BREAKS}:losses_not_named",
        fault="F25.1",
        shows=("are named",),
    ),
    Control(
        id="C33",
        title="behind a damaged checkpoint no older one is tried",
        broken=f"{BREAKS}:older_not_tried",
        fault="F26",
        shows=("the base is",),
    ),
    Control(
        id="C34",
        title="the file of the database is read while SQLite has it open",
        broken=f"{BREAKS}:database_read_beside",
        fault="F28",
        shows=("is closed while another descriptor",),
    ),
    Control(
        id="C35",
        title="whatever is pickled is loaded",
        broken=f"{BREAKS}:pickles_trusted",
        fault="F37",
        shows=("was run",),
    ),
)
