"""The power goes while a program writes to a file system of its own: ext4 and XFS by turns, or one that forgets."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import TypeAlias

from tests.campaign import filesystem, forgetting, remembered, stages, tail
from tests.campaign.fault import Fault, Finding, Round
from tests.campaign.filesystem import Disk
from tests.crash import acknowledgements
from tests.crash.harness import Stage, Verdicts

KINDS = ("ext4", "xfs")
SEGMENT_IO = ("mmap", "write")
THREADS = 3
SYNC_INTERVAL = 0.2
LATE = 1.0
"""Seconds more that may lie between two syncs: the machine has other things to do, and segments to make."""
LIVES = (1.0, 1.0, 2.5)
"""Seconds that a life may take: some long enough to see that no sync comes."""
AGE = "seconds from the oldest lost call to the cut"
THINK = 0.002
"""Seconds between two calls: who never waits lives in the middle of a sync, which a cut then waits for."""


Mounted: TypeAlias = Callable[[Round], AbstractContextManager[Disk]]


def by_turns(round: Round) -> AbstractContextManager[Disk]:
    """ext4, or XFS."""
    return filesystem.mounted(round.folder, KINDS[round.number % 2])


def forgetful(round: Round) -> AbstractContextManager[Disk]:
    """One that has what was synced, and nothing else."""
    return forgetting.mounted(round.folder)


def _cut(stage: Stage, disk: Disk) -> None:
    """The power first: a process that is killed in the middle of a sync is killed after it."""
    disk.cut()
    for child in stage.server.children:
        child.kill()
    disk.again()


def _verified(stage: Stage) -> Verdicts:
    return stage.verify(ending="kill", whole=True, plant="rebooted")


def waiting_for_the_disk(round: Round, mounted: Mounted = by_turns) -> Finding:
    """One or two lives, each cut off at a random moment; the second one recovers, too."""
    chance = round.random
    with mounted(round) as disk:
        stage = stages.stage(round)
        stage.store = disk.place / "store"
        lives = chance.choice((1, 1, 2))
        for _ in range(lives):
            settings = {
                "durability": "power",
                "segment_io": chance.choice(SEGMENT_IO),
                "segment_bytes": chance.choice((16_384, 1_048_576)),
            }
            child = stage.open(
                threads=THREADS,
                think=THINK,
                checkpoint_every=chance.choice((0, 9)),
                plant="rebooted",
                settings=settings,
            )
            child.lives_for(chance.uniform(0.0, 0.5))
            _cut(stage, disk)
        found = stages.judged(stage, _verified(stage), THREADS)
    found.tally["cuts"] = lives
    found.noted["file system"] = disk.kind
    return found


def not_waiting(round: Round, mounted: Mounted = by_turns) -> Finding:
    """One life of one thread, cut off a while after its first sync."""
    with mounted(round) as disk:
        stage = stages.stage(round)
        stage.store = disk.place / "store"
        settings = {
            "sync_interval": SYNC_INTERVAL,
            "segment_io": SEGMENT_IO[round.number // 2 % 2],
            "segment_bytes": round.random.choice((16_384, 1_048_576)),
        }
        child = stage.open(threads=1, think=THINK, syncs=True, settings=settings)
        child.lives_for(round.random.uniform(0.0, round.random.choice(LIVES)))
        synced, durable = remembered.synced(stage.store / "journal" / "marks"), acknowledgements.synced(stage.acks)
        before = stage.said()
        idle = acknowledgements.unsynced_for(stage.acks, time.monotonic())
        _cut(stage, disk)
        at = time.monotonic()
        after, gone = stage.said(), remembered.look(stage.store, stage.name).gone
        verdicts = _verified(stage)
    # What was said between our look and the cut may be there or not: it is as a call that never returned.
    late, told = len(after.acknowledged - before.acknowledged), after._replace(acknowledged=before.acknowledged)
    found = tail.judged(told, verdicts, durable=durable, late=late)
    found.wrong += tail.overlooked(gone, synced, verdicts)
    if idle > SYNC_INTERVAL + LATE:
        found.wrong.append(f"no sync was at work for {idle:.2f} s")
    returned = acknowledgements.moments(stage.acks)
    oldest = min((returned[token] for token in tail.lost(told, verdicts)), default=at)
    found.measured[AGE] = float(f"{at - oldest:.3f}")
    found.tally["cuts"] = 1
    found.noted["file system"] = disk.kind
    return found


def forgotten(round: Round) -> Finding:
    """The one and the other by turns, on a file system that forgets."""
    play = (waiting_for_the_disk, not_waiting)[round.number % 2]
    found = play(round, forgetful)
    if play is not_waiting:
        found.tally["calls lost that no sync covered"] = found.tally.pop("lost")
    return found


missing = partial(filesystem.missing, *KINDS)

FAULTS = (
    Fault(
        id="F13",
        title='the power goes, with `durability="power"` (ext4, XFS)',
        promise="no acknowledged call is lost",
        rounds={"small": 8, "full": 300, "release": 2_000},
        play=waiting_for_the_disk,
        missing=missing,
    ),
    Fault(
        id="F14",
        title='the power goes, with `durability="process"` and `sync_interval=0.2` (ext4, XFS)',
        promise="only the last calls are lost, none that had returned when the last finished sync began; the report "
        "says so, and names each number that anything left knows of",
        rounds={"small": 8, "full": 300, "release": 2_000},
        play=not_waiting,
        missing=missing,
    ),
    Fault(
        id="F16",
        title="the power goes, on a file system that loses whatever was not synced, names as well (FUSE)",
        promise="the same as in F13 and F14, by turns",
        rounds={"small": 8, "full": 100, "release": 1_000},
        play=forgotten,
        missing=forgetting.missing,
    ),
)
