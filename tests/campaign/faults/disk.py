"""System calls that fail: each one that changes a file, at every place in a program's life, once and from then on."""

from __future__ import annotations

import errno
from typing import Any

from tests.campaign import filesystem, recording, stages
from tests.campaign.fault import Fault, Finding, Round
from tests.crash.harness import Stage, Suffered
from tests.crash.suffering import unexplained

WAYS = [
    (error, lasting, segment_io)
    for error in (errno.EIO, errno.ENOSPC)
    for lasting in (0, 10**6)
    for segment_io in ("auto", "write")
]
MADE, STEP = 151, 61
"""A prime above the number of calls that such a life makes, and how far a round goes on from the one before."""
BEYOND = "beyond the last call: none was the n-th"
THREADS = 60
"""Calls that failed and came through all the same are not counted against a round."""
SMALL: dict[str, Any] = {
    "segment_bytes": 8192,
    "sync_interval": 0.02,
    "drain_interval": 0.01,
    "checkpoint_interval": 0.1,
}
SQLITE = "pwrite64,fdatasync,fsync,ftruncate,unlink"
SQLITES, SQLITE_STEP = 61, 23
TYPED = {"JournalUnavailable", "StoreUnavailable", "DurabilityUnknown", "OSError", "UnsafeFolder", "PermissionError"}


def suffered_well(stage: Stage, suffered: Suffered) -> Finding:
    """The finding of a round in which a program was failed, saw typed errors alone, and was well again afterwards."""
    found = stages.judged(stage, stage.verify(ending="kill", whole=True), THREADS)
    if not suffered.seen.keys() <= TYPED:
        found.wrong.append(f"errors without a documented type: {suffered.seen}")
    if suffered.afterwards:
        found.wrong.append(f"not well again by itself: {suffered.afterwards}")
    found.tally["errors seen"] = sum(suffered.seen.values())
    found.noted |= {"failed first": suffered.failed[:1], "seen": suffered.seen}
    return found


def failing_calls(round: Round) -> Finding:
    """The n-th call fails, alone or with all after it; 1,208 rounds are every n each way. The durability is drawn."""
    error, lasting, segment_io = WAYS[(round.number - 1) % len(WAYS)]
    first = 1 + (round.number - 1) // len(WAYS) * STEP % MADE
    durability = round.random.choice(("process", "power", "store"))
    stage = stages.stage(round)
    settings: dict[str, Any] = {"segment_io": segment_io, "durability": durability}
    suffered = stage.suffer(first, first + lasting, error, **settings)
    found = suffered_well(stage, suffered)
    found.apart = "" if suffered.failed else BEYOND
    found.noted |= {"call": first, "error": errno.errorcode[error], "lasting": bool(lasting), **settings}
    return found


def failing_database(round: Round) -> Finding:
    """The n-th of SQLite's own calls fails, alone or with all after it, while a program makes calls; who makes them
    does not notice.
    """
    error, lasting, _ = WAYS[(round.number - 1) % len(WAYS)]
    first = 1 + (round.number - 1) * SQLITE_STEP % SQLITES
    stage = stages.stage(round)
    stage.write(calls=8, threads=1, settings=SMALL)
    stage.round += 1
    failing = f"inject={SQLITE}:error={errno.errorcode[error]}:when={first}{'+' if lasting else ''}"
    database = stage.store / "jarvis_context.db"
    limited = [option for path in (database, f"{database}-wal") for option in ("-P", str(path))]
    recording.record(
        round.folder / "strace",
        *("-e", f"trace={SQLITE}", *limited, "-e", failing),
        path=str(stage.store),
        acks=str(stage.acks),
        round=stage.round,
        threads=1,
        calls=80,
        think=0.001,
        settings=SMALL,
    )
    found = stages.judged(stage, stage.verify(ending="kill", whole=True), 1)
    failed = (round.folder / "strace").read_text("ascii").count("(INJECTED)")
    found.tally["calls that failed"] = failed
    found.apart = "" if failed else BEYOND
    found.noted |= {"call": first, "error": errno.errorcode[error], "lasting": bool(lasting)}
    return found


def full_for_a_minute(round: Round) -> Finding:
    """A file system is full for a minute while a program goes on; then there is room again, and nothing is started."""
    with filesystem.mounted(round.folder, "ext4") as disk:
        stage = stages.stage(round)
        stage.store = disk.place / "store"
        stage.write(calls=5, threads=1)
        suffered = stage.starve("disk", closing=False, seconds=60, checkpoint_interval=0.05)
        found = suffered_well(stage, suffered)
    if not suffered.seen.get("JournalUnavailable"):
        found.wrong.append("no call found the disk full")
    return found


def nowhere_to_write(round: Round) -> Finding:
    """The file system of the journal and the database fails for good, or by turns all that is asked of the journal."""
    if round.number % 2:
        with filesystem.mounted(round.folder, "ext4") as disk:
            stage = stages.stage(round)
            stage.store = disk.place / "store"
            io = round.random.choice(("auto", "write"))
            suffered = stage.starve("gone", closing=True, durability="power", segment_io=io)
            stages.clear()
            disk.again()
            found = suffered_well(stage, suffered)
    else:
        stage, error = stages.stage(round), round.random.choice((errno.EIO, errno.ENOSPC))
        suffered = stage.suffer(round.random.randint(80, 130), 10**6, error, durability="power", segment_io="write")
        found = suffered_well(stage, suffered)
    if suffered.seen.get("JournalUnavailable", 0) < 2:
        found.wrong.append(f"calls that nothing could keep were not refused: {suffered.seen}")
    if unexplained(suffered.lag):
        found.wrong.append(f"status does not show it: {suffered.lag}")
    found.noted["lag"] = suffered.lag
    return found


FAULTS = (
    Fault(
        id="F18",
        title="the n-th write, sync, rename, truncate or allocation fails, once or from then on",
        promise="no acknowledged call is lost, each failed one has a typed error, and the program goes on",
        rounds={"small": 24, "full": 1_208, "release": 1_208},
        play=failing_calls,
    ),
    Fault(
        id="F18.1",
        title="the n-th of SQLite's own calls fails, once or from then on",
        promise="no call notices, and none is lost",
        rounds={"small": 4, "full": 61, "release": 488},
        play=failing_database,
        missing=recording.missing,
    ),
    Fault(
        id="F19",
        title="the disk is full for a minute",
        promise="no acknowledged call is lost, and all is well again without a restart",
        rounds={"small": 1, "full": 4, "release": 40},
        play=full_for_a_minute,
        missing=lambda: filesystem.missing("ext4"),
        limit=300,
    ),
    Fault(
        id="F20",
        title="the file system of journal and database fails for good, or the journal alone",
        promise="each call has a typed error, `status` says why something waits, and the program lives",
        rounds={"small": 4, "full": 20, "release": 200},
        play=nowhere_to_write,
        missing=lambda: filesystem.missing("ext4"),
    ),
)
