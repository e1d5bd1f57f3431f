"""The power goes while a program writes to a file system of its own: ext4 and XFS by turns, or one that forgets."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from functools import partial
from typing import TypeAlias

from jarvis_ctx.journal.marks import viewed
from tests.campaign import filesystem, forgetting, stages, tail
from tests.campaign.fault import Fault, Finding, Round
from tests.campaign.filesystem import Disk
from tests.crash.harness import Stage, Verdicts

KINDS = ("ext4", "xfs")
SEGMENT_IO = ("mmap", "write")
THREADS = 3
SYNC_INTERVAL = 0.2
THINK = 0.002
"""Seconds between two calls: who never waits lives in the middle of a sync, which a cut then waits for."""
SLOW = 2.0
"""Seconds that a sync itself may take on a machine that has other things to do."""


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
        child = stage.open(threads=1, think=THINK, settings=settings)
        child.lives_for(round.random.uniform(0.0, 1.0))
        before, (writer, synced, at) = stage.said(), _synced(stage)
        age = time.time() - at
        _cut(stage, disk)
        after, verdicts = stage.said(), _verified(stage)
    # What was said between our look and the cut may be there or not: it is as a call that never returned.
    late = len(after.acknowledged - before.acknowledged)
    found = tail.judged(after._replace(acknowledged=before.acknowledged), verdicts, late=late)
    if verdicts.checked.position.get(writer, 0) < synced:
        found.wrong.append(f"{writer} had {synced} numbers synced, and {verdicts.checked.position} is left")
    if age > SYNC_INTERVAL + SLOW:
        found.wrong.append(f"the last sync was {age:.2f} s ago")
    found.tally["cuts"] = 1
    found.noted |= {"file system": disk.kind, "seconds since the last sync": round_to_ms(age)}
    return found


round_to_ms = partial(round, ndigits=3)


def _synced(stage: Stage) -> tuple[str, int, float]:
    """The writer, its last number that was synced, and when that was, in seconds since 1970."""
    with closing(viewed(stage.store / "journal" / "marks")) as marks:
        (mark,) = marks.writers()
    return mark.writer, mark.synced, (mark.sync_time / 1e6) or time.time()


def forgotten(round: Round) -> Finding:
    """The one and the other by turns, on a file system that forgets."""
    play = (waiting_for_the_disk, not_waiting)[round.number % 2]
    found = play(round, forgetful)
    if play is not_waiting:
        found.tally["calls lost that were not synced"] = found.tally.pop("lost")
    return found


missing = partial(filesystem.missing, *KINDS)

FAULTS = (
    Fault(
        id="F13",
        title='the power goes, with `durability="power"` (ext4, XFS)',
        promise="no acknowledged call is lost",
        rounds={"small": 8, "full": 400, "release": 2_000},
        play=waiting_for_the_disk,
        missing=missing,
    ),
    Fault(
        id="F14",
        title='the power goes, with `durability="process"` (ext4, XFS)',
        promise="only the last calls are lost, none that the last sync covers, and the report says so",
        rounds={"small": 8, "full": 400, "release": 2_000},
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
