"""The disk after a power loss, rebuilt from a record of what a program asked of the system: as often as one likes.

Stores through a mapping are no calls of the system, so the recorded programs use `segment_io="write"`, which puts the
same bytes at the same places; mappings are cut off for real in F13 and F14. A call of a record counts once, in however
many states of the disk it is looked for, or lost.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from tests.campaign import recording, remembered, stages, tail, tracing
from tests.campaign.crash_states import KEPT, ORDERS, PowerCut
from tests.campaign.fault import Fault, Finding, Round
from tests.campaign.remembered import Remembered
from tests.campaign.tracing import Names, Op, Resize, Said, Trace, Write
from tests.crash import acknowledgements
from tests.crash.acknowledgements import ACKNOWLEDGED
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
UNSYNCED = "calls lost that no sync covered"
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

    @property
    def before(self) -> frozenset[str]:
        """The calls that had returned in the life before it: all that they said is on the disk."""
        return frozenset(line.split()[1] for line in self.said.splitlines() if line.startswith(ACKNOWLEDGED))

    @property
    def acknowledged(self) -> frozenset[str]:
        """All calls that have returned, in both."""
        told = (op for op in self.trace.ops if isinstance(op, Said) and op.what == ACKNOWLEDGED)
        return self.before | {op.token for op in told}

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
        syncs=True,
        settings=SMALL | {"durability": durability},
    )
    trace = tracing.read(log, root, acks, before)
    log.unlink()
    return Recorded(trace=trace, said=said, durability=durability)


class State(msgspec.Struct, frozen=True, kw_only=True):
    """One state of the disk, recovered: what is found, and what was known before."""

    stage: Stage
    verdicts: Verdicts
    durable: frozenset[str]
    """The calls that had returned when a sync began that was through at the cut."""
    synced: dict[str, int]
    """What the program's marks said then."""
    left: Remembered


Judge = Callable[[State], Finding]


def _state(round: Round, life: Recorded, cut: PowerCut, at: int, judge: Judge) -> Finding:
    """One state of the disk after that cut, recovered and judged; it stays where it is wrong."""
    kept, order = round.random.choice(KEPT), round.random.choice(ORDERS)
    stage = stages.stage(round)
    folder, marks = round.folder / "state", round.folder / "marks"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    cut.disk(kept, order, round.random).lay_out(folder)
    marks.write_bytes(cut.seen("store/journal/marks"))
    stage.store = folder / "store"
    stage.acks.write_text(life.said_until(at), "ascii")
    left = remembered.look(stage.store, stage.name)
    state = State(
        stage=stage,
        verdicts=stage.verify(ending="kill", whole=True, plant="rebooted"),
        durable=life.before | acknowledgements.synced(stage.acks),
        synced=remembered.synced(marks),
        left=left,
    )
    found = judge(state)
    if found.wrong:
        folder.rename(round.folder / f"wrong-{at}-{kept}-{order}")
        found.wrong = [f"cut at {at}, {kept}, {order}: {wrong}" for wrong in found.wrong]
    return found


def replayed(round: Round) -> Finding:
    """A life recorded, and cut off at many moments, in the middle of each kind of file by turns."""
    durability, again = ("power", "process")[round.number % 2], round.number // 2 % 2 == 0
    life, found, lost = recorded(round, durability, again=again), Finding(), set[str]()

    def judged(state: State) -> Finding:
        said = state.stage.said()
        lost.update(tail.lost(said, state.verdicts))
        if durability == "power":
            one = stages.judged(state.stage, state.verdicts, life.threads)
        else:
            one = tail.judged(said, state.verdicts, durable=state.durable, taken=state.left.taken)
        # Of a run of which nothing had returned yet its mark alone may be left: nobody has lost anything.
        one.wrong += tail.overlooked(state.left.gone if said.acknowledged else {}, state.synced, state.verdicts)
        return one

    moments = life.moments()
    kinds = [kind for kind in sorted(moments) for _ in range(2 if kind in TWICE else 1)]
    for state in range(STATES):
        kind = kinds[state % len(kinds)]
        at = round.random.choice(moments[kind])
        _add(found, _state(round, life, PowerCut(life.trace, at), at, judged))
        found.tally[f"states amid {kind}"] += 1
    found.tally["acknowledged"] = len(life.acknowledged)
    found.tally["lost" if durability == "power" else UNSYNCED] = len(lost)
    return found


def lied_to(round: Round) -> Finding:
    """A life recorded on a disk that from some moment on says it has written what it has not."""
    life, found, lost = recorded(round, "power", again=True), Finding(), set[str]()
    end = life.trace.ops[-1].begun

    def judged(state: State) -> Finding:
        one, gone = Finding(), tail.lost(state.stage.said(), state.verdicts)
        lost.update(gone)
        one.wrong = tail.overlooked(state.left.gone, {}, state.verdicts)
        if state.left.unheard and not tail.is_named(state.verdicts):
            one.wrong.append("of a run that left only its record or report nothing is said")
        if gone:
            one.tally["states with a loss"] = 1
            one.tally["of them " + ("named" if tail.is_named(state.verdicts) else "cut off without a trace")] = 1
        return one

    for _ in range(STATES):
        at = round.random.randint(1, end)
        cut = PowerCut(life.trace, at, lying=round.random.randint(0, at))
        _add(found, _state(round, life, cut, at, judged))
    found.tally.update({"states": STATES, "acknowledged": len(life.acknowledged), "lost": len(lost)})
    return found


def _add(found: Finding, one: Finding) -> None:
    """The finding of one more state; what its record has, and loses in any of them, is counted once for all."""
    found.wrong += one.wrong
    found.tally += Counter({name: count for name, count in one.tally.items() if name not in ("acknowledged", "lost")})


FAULTS = (
    Fault(
        id="F15",
        title='any legal state of the disk after a power loss, from a record (with `segment_io="write"`)',
        promise='with `durability="power"` no acknowledged call is lost; else only the last, none that had returned '
        "when the last finished sync began; the report says so, and names each number that anything left knows of",
        rounds={"small": 4, "full": 250, "release": 1_000},
        play=replayed,
        missing=recording.missing,
        limit=600,
    ),
    Fault(
        id="F17",
        title="a disk that says it has written what it has not",
        promise="out of promise; the report names each lost number that anything left knows of, and a run of which "
        "only a record is left; a tail that nothing knows of is gone without a trace",
        rounds={"small": 1, "full": 15, "release": 100},
        play=lied_to,
        missing=recording.missing,
        limit=600,
    ),
)
