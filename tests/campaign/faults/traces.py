"""The disk after a power loss, rebuilt from a record of what a program asked of the system: as often as one likes.

Stores through a mapping are no calls of the system, so the recorded programs use `segment_io="write"`, which puts the
same bytes at the same places; mappings are cut off for real in F13 and F14.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from tests.campaign import recording, stages, tail, tracing
from tests.campaign.crash_states import KEPT, ORDERS, PowerCut
from tests.campaign.fault import Fault, Finding, Round
from tests.campaign.tracing import Names, Op, Resize, Said, Trace, Write
from tests.crash.harness import Stage, Verdicts

STATES = 40
"""Crash states a round rebuilds from its record."""
SMALL: dict[str, Any] = {"segment_io": "write", "segment_bytes": 8192, "drain_interval": 0.01, "sync_interval": 0.02}
"""Settings with which a short life is rich in segments, syncs and archives."""
CALLS = 45
FILES = {
    "CRASH_DETECTED": "marker",
    "secret.key": "keys",
    ".seg": "segments",
    "checkpoints/": "checkpoints",
    "jarvis_context.db": "database",
}
"""Which kind of file a path is, by what is in it; the rest count with the database."""
TWICE = ("marker", "keys")
"""What only a first life or only a recovering one writes is cut twice as often."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """A life that was recorded: in a new store, or in one whose last run was killed, so that it recovers first."""

    trace: Trace
    said: str
    """The acknowledgements of the life before it."""
    durability: str

    @property
    def threads(self) -> int:
        return _threads(self.durability)

    def said_until(self, line: int) -> str:
        """What had been said before a line of the record."""
        told = [op for op in self.trace.ops if isinstance(op, Said) and op.begun < line]
        return self.said + "".join(f"{op.what} {op.token}\n" for op in told)

    def moments(self) -> dict[str, list[int]]:
        """The lines after which something has changed, by the kind of file."""
        named: dict[int, str] = {}
        for op in self.trace.ops:
            if isinstance(op, Names):
                named |= {file: _kind(path) for path, file in op.names.items() if file}
        named |= {file: _kind(path) for path, file in self.trace.names.items() if file}
        found: dict[str, list[int]] = {}
        for op in self.trace.ops:
            for kind in _kinds(op, named):
                found.setdefault(kind, []).append(op.begun + 1)
        return found


def _threads(durability: str) -> int:
    """One where the order of what is lost is looked at."""
    return 2 if durability == "power" else 1


def _kind(path: str) -> str:
    return next((kind for part, kind in FILES.items() if part in path), "database")


def _kinds(op: Op, named: dict[int, str]) -> set[str]:
    if isinstance(op, Names):
        return {_kind(path) for path in op.names}
    return {named[op.file]} if isinstance(op, (Write, Resize)) else set()


def recorded(round: Round, durability: str, *, again: bool) -> Recorded:
    """Record a life; `again`, of a store whose last run was killed."""
    stage, root = stages.stage(round), round.folder / "root"
    root.mkdir()
    stage.store, before = root / "store", None
    if again:
        stage.write(calls=CALLS, threads=1, settings=SMALL | {"durability": durability})
        before = shutil.copytree(root, round.folder / "before")
    said = stage.acks.read_text("ascii") if again else ""
    acks, log = round.folder / "said", round.folder / "strace"
    recording.record(
        log,
        path=str(stage.store),
        acks=str(acks),
        round=2,
        threads=_threads(durability),
        calls=CALLS,
        checkpoint_every=13,
        settings=SMALL | {"durability": durability},
    )
    trace = tracing.read(log, root, acks, before)
    log.unlink()
    return Recorded(trace=trace, said=said, durability=durability)


Judge = Callable[[Stage, Verdicts], Finding]


def _state(round: Round, life: Recorded, cut: PowerCut, at: int, judge: Judge) -> Finding:
    """One state of the disk after that cut, recovered and judged; it stays where it is wrong."""
    kept, order = round.random.choice(KEPT), round.random.choice(ORDERS)
    stage = stages.stage(round)
    folder = round.folder / "state"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    cut.disk(kept, order, round.random).lay_out(folder)
    stage.store = folder / "store"
    stage.acks.write_text(life.said_until(at), "ascii")
    found = judge(stage, stage.verify(ending="kill", whole=True, plant="rebooted"))
    if found.wrong:
        folder.rename(round.folder / f"wrong-{at}-{kept}-{order}")
        found.wrong = [f"cut at {at}, {kept}, {order}: {wrong}" for wrong in found.wrong]
    return found


def _added(one: Finding, other: Finding) -> Finding:
    return Finding(tally=one.tally + other.tally, wrong=one.wrong + other.wrong)


def replayed(round: Round) -> Finding:
    """A life recorded, and cut off at many moments, in the middle of each kind of file by turns."""
    durability, again = ("power", "process")[round.number % 2], round.number // 2 % 2 == 0
    life = recorded(round, durability, again=again)

    def judged(stage: Stage, verdicts: Verdicts) -> Finding:
        if durability == "power":
            return stages.judged(stage, verdicts, life.threads)
        return tail.judged(stage.said(), verdicts)

    moments, found = life.moments(), Finding()
    kinds = [kind for kind in sorted(moments) for _ in range(2 if kind in TWICE else 1)]
    for state in range(STATES):
        kind = kinds[state % len(kinds)]
        at = round.random.choice(moments[kind])
        found = _added(found, _state(round, life, PowerCut(life.trace, at), at, judged))
        found.tally[f"states amid {kind}"] += 1
    return found


def lied_to(round: Round) -> Finding:
    """A life recorded on a disk that from some moment on says it has written what it has not."""
    life, found = recorded(round, "power", again=True), Finding()
    end = life.trace.ops[-1].begun

    def judged(stage: Stage, verdicts: Verdicts) -> Finding:
        found = stages.judged(stage, verdicts, life.threads)
        untold = bool(found.tally["lost"]) and not tail.is_told(verdicts)
        found.wrong = ["what is lost is not in the report"] if untold else []
        report = verdicts.checked.report
        named = report is not None and bool(report.events_lost or report.damage)
        found.tally += Counter({"states with a loss": found.tally["lost"] > 0})
        found.tally += Counter({"of them with numbers or damage named": found.tally["lost"] > 0 and named})
        return found

    for _ in range(STATES):
        at = round.random.randint(1, end)
        cut = PowerCut(life.trace, at, lying=round.random.randint(0, at))
        found = _added(found, _state(round, life, cut, at, judged))
    found.tally["states"] += STATES
    return found


FAULTS = (
    Fault(
        id="F15",
        title="any legal state of the disk after a power loss, from a record",
        promise='with `durability="power"` no acknowledged call is lost; else only the last, and the report says so',
        rounds={"small": 4, "full": 250, "release": 1_000},
        play=replayed,
        missing=recording.missing,
        limit=600,
    ),
    Fault(
        id="F17",
        title="a disk that says it has written what it has not",
        promise="out of promise; what is lost is in the report",
        rounds={"small": 1, "full": 25, "release": 100},
        play=lied_to,
        missing=recording.missing,
        limit=600,
    ),
)
