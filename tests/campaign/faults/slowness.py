"""The disk answers slowly, or another process has the database: captured calls take as long as ever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from tests.campaign import recording, stages
from tests.campaign.fault import Fault, Finding, Round
from tests.crash.harness import Stage
from tests.locked import locked

USUAL, SLOW = 3.0, 30.0
"""Seconds without the fault, to compare, and with it."""
LONGEST = 1_500.0
"""Milliseconds that one call may take: `backlog_wait`, and what a busy machine adds."""
SYNCS = 2
"""Of a new segment, for which a call waits that needs it before it is ready."""
SLOWER = 3.0
"""How many times as long as without the fault the median call may take, where it is over a millisecond."""


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
    found = stages.judged(stage, stage.verify(ending="kill", whole=True), 1)
    waits = 0 if round.number % 2 else SYNCS * delay / 1_000
    if then["longest"] > LONGEST + waits:
        found.wrong.append(f"a call took {then['longest']} ms")
    if then["median"] > max(1.0, SLOWER * usual["median"]):
        found.wrong.append(f"the median call took {then['median']} ms instead of {usual['median']} ms")
    found.tally["calls timed"] = int(then["calls"])
    found.noted |= {"without": usual, "with": then, "what": "locked" if round.number % 2 else f"syncs of {delay} µs"}
    return found


FAULTS = (
    Fault(
        id="F22",
        title="the database is locked for 30 s, or each sync takes 0.2 to 5 s",
        promise="calls take as long as ever, but for one that waits for the two syncs of a new segment; none is lost",
        rounds={"small": 2, "full": 8, "release": 60},
        play=slow,
        missing=recording.missing,
        limit=300,
    ),
)
