"""The machine runs short of something, or forbids something."""

from __future__ import annotations

import os

import msgspec

from tests.campaign import filesystem, stages
from tests.campaign.fault import Fault, Finding, Round
from tests.campaign.faults.disk import suffered_well
from tests.crash.harness import THREADS

KEEPING = {"checkpoint_interval": 0.05}
NOBODY = 65_534


def starved(kind: str, round: Round) -> Finding:
    """Short of it during some calls, or from some moment until the end of the program."""
    stage, closing = stages.stage(round), round.random.random() < 0.3
    return suffered_well(stage, stage.starve(kind, closing=closing, **KEEPING))


def read_only(kind: str, round: Round) -> Finding:
    """The kernel lets nobody write to the file system any more; it is repaired after the program's end."""
    with filesystem.mounted(round.folder, "ext4", "errors=remount-ro") as disk:
        stage = stages.stage(round)
        stage.store = disk.place / "store"
        suffered = stage.starve("trouble", closing=True, durability="power")
        disk.repair()
        found = suffered_well(stage, suffered)
    if not suffered.seen.get("JournalUnavailable"):
        found.wrong.append("no call found that nothing can be written")
    return found


def foreign(kind: str, round: Round) -> Finding:
    """The folder belongs to somebody else: it is refused by type, and opened when it is ours again."""
    stage = stages.stage(round)
    stage.write(calls=10)
    os.chown(stage.store, NOBODY, NOBODY)
    refused = msgspec.json.decode(stage.server.start("open_twice", path=stage.store).line())
    os.chown(stage.store, os.geteuid(), os.getegid())
    found = stages.judged(stage, stage.verify(ending="kill", whole=True), THREADS)
    if refused["error"] != "UnsafeFolder":
        found.wrong.append(f"it was not refused: {refused}")
    return found


KINDS = {
    "descriptors": starved,
    "file_size": starved,
    "memory": starved,
    "leave": starved,
    "read only": read_only,
    "foreign": foreign,
}


def short(round: Round) -> Finding:
    """One of them by turns."""
    kind = list(KINDS)[round.number % len(KINDS)]
    found = KINDS[kind](kind, round)
    found.noted["shortage"] = kind
    return found


FAULTS = (
    Fault(
        id="F21",
        title="no descriptors, no memory, small files, unchangeable files, a read-only file system, another owner",
        promise="errors have types, no acknowledged call is lost, and all is well again by itself",
        rounds={"small": 12, "full": 120, "release": 600},
        play=short,
        missing=lambda: filesystem.missing("ext4"),
    ),
)
