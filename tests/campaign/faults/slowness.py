"""The disk answers slowly, or another process has the database: captured calls take as long as ever."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from tests.campaign import recording, stages
from tests.campaign.fault import Fault, Finding, Round
from tests.crash.harness import Stage
from tests.locked import locked

USUAL, SLOW = 3.0, 30.0
"""Seconds without the fault, to compare, and with it."""
SLOWER = 3.0
"""How many times as long as without the fault calls may take, and how many times as many of them may be slow."""
MEDIAN, P99 = 1.0, 10.0
"""Milliseconds that the median call, and the 99th of 100, may take in any case: others are at work on the machine."""
SHARE = 1_000
"""One call of so many may be slow in any case."""
LONGEST = 1_500.0
"""Milliseconds that one call may take on a busy machine."""
SEGMENT, VALUE, POINT = 2, 3, 12
"""Syncs, at most: of a new segment, for which a call waits that needs it before it is ready; of a value in a file of
its own, whose folder is new, too; of a recovery point, in files and database.
"""
PATIENCE = 5_000.0 + 2 * 1_000.0
"""Milliseconds that a recovery point waits for the database: until all is drained, each turn of which may overrun."""


def _paced(stage: Stage, log: Path, seconds: float, *options: str) -> dict[str, float]:
    """How long the calls of a life took, in milliseconds; with `options`, strace's, something is slow in it."""
    stage.round += 1
    given: dict[str, Any] = {"path": str(stage.store), "acks": str(stage.acks), "round": stage.round, "settings": {}}
    (said,) = recording.said_by("pace", log, "-f", "-qq", *options, lines=1, seconds=seconds, **given)
    return dict(msgspec.json.decode(said))


def slow(round: Round) -> Finding:
    """By turns another process has the database locked for half a minute, or each sync takes 0.2 to 5 s."""
    stage, log = stages.stage(round), round.folder / "strace"
    delay = round.random.randint(200_000, 5_000_000)
    watched = ("-e", "trace=fdatasync,fsync", "--seccomp-bpf")
    usual = _paced(stage, log, USUAL, *watched)
    if round.number % 2:
        with locked(stage.store / "jarvis_context.db"):
            then = _paced(stage, log, SLOW, *watched)
    else:
        then = _paced(stage, log, SLOW, *watched, "-e", f"inject=fdatasync,fsync:delay_enter={delay}")
    found = stages.judged(stage, stage.verify(ending="kill", whole=True), 2)
    sync = 0.0 if round.number % 2 else delay / 1_000
    found.wrong += _wrong(usual, then, sync, PATIENCE if round.number % 2 else 0.0)
    found.tally["calls timed"] = int(then["calls"])
    found.tally["of them over 100 ms"] = int(then["slow"])
    found.noted |= {"without": usual, "with": then, "what": "locked" if round.number % 2 else f"syncs of {delay} µs"}
    return found


def _wrong(usual: dict[str, float], then: dict[str, float], sync: float, patience: float) -> Iterator[str]:
    """What took longer with the fault than it may; `sync` and `patience` in milliseconds."""
    limits = {
        "median": max(MEDIAN, SLOWER * usual["median"]),
        "p99": max(P99, SLOWER * usual["p99"]),
        "longest": LONGEST + SEGMENT * sync,
        "value": LONGEST + (VALUE + SEGMENT) * sync,
        "point": LONGEST + (POINT + SEGMENT) * sync + patience,
    }
    for what, limit in limits.items():
        if then[what] > limit:
            yield f"{what}: {then[what]} ms, which may be {limit:.0f}"
    slow = (then["segments"] if sync else 0) + then["calls"] * (1 / SHARE + SLOWER * usual["slow"] / usual["calls"])
    if then["slow"] > slow:
        yield f"{then['slow']} of {then['calls']} calls took over 100 ms, which {slow:.0f} may"


FAULTS = (
    Fault(
        id="F22",
        title="the database is locked for 30 s, or each sync takes 0.2 to 5 s",
        promise="as many calls as ever are slow, but for one that waits for the two syncs of a new segment, and p99 is"
        " as ever; a value in a file of its own waits for syncs alone, a recovery point for them, or 7 s for the"
        " database; none is lost",
        rounds={"small": 2, "full": 4, "release": 60},
        play=slow,
        missing=recording.missing,
        limit=300,
    ),
)
