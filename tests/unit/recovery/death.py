"""A run that died and the state it left, as the plan is given them."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx.journal import fold
from jarvis_ctx.journal.gather import Gathered
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.model.report import LayerTried
from jarvis_ctx.model.run import Cause, CauseOfDeath, ProcessIdentity, RunRecord
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery import plan
from jarvis_ctx.recovery.plan import Plan, Policy
from jarvis_ctx.recovery.rebuild import Rebuilt
from tests.fakes import MOMENT

SECOND = 1_000_000
POLICY = Policy(resume="skip", max_attempts=3, stale_after=300.0, sync_interval=1.0)
Told = tuple[str, str, dict[str, Any]]


def run(epoch: int, *, boot: str = "boot", host: str = "here") -> RunRecord:
    """A run of epoch `epoch`, begun `epoch` minutes after the fake moment."""
    id = RunId(f"jarvis.{epoch}")
    return RunRecord(
        id=id,
        name="jarvis",
        epoch=epoch,
        writer=WriterId(f"w{epoch}"),
        process=ProcessIdentity(host=host, pid=epoch, created=0.0, boot_id=boot),
        started=MOMENT + epoch * 60 * SECOND,
        chain=RunId("jarvis.1"),
    )


def started(of: RunRecord) -> Told:
    body = {"epoch": of.epoch, "chain": of.chain, "process": msgspec.to_builtins(of.process)}
    return "RunStarted", of.id, body


def claimed(task: str, key: str = "k", *, alone: bool = False) -> Told:
    return "TaskClaimed", task, {"method": "m", "key": key, "attempt": 1, "alone": alone}


def finished(task: str, key: str = "k") -> Told:
    return "TaskFinished", task, {"key": key, "result": None}


def tell(state: State, of: RunRecord, *told: Told) -> State:
    """Fold what a run said, a microsecond apart, after all that was said before."""
    for kind, subject, body in told:
        number = state.position.get(of.writer, 0) + 1
        time = max(of.started, state.stamp[0]) + 1
        fold.apply(state, Event(of.writer, number, time, of.id, kind, subject, body))
    return state


def left(*told: Told) -> State:
    """The state that run 1 left when it died after these events."""
    return tell(fold.empty("jarvis", 100), run(1), started(run(1)), *told)


def cause(kind: Cause = "killed") -> CauseOfDeath:
    return CauseOfDeath(cause=kind, sentence="It was ended from outside.")


def make(state: State, *, by: int = 2, kind: Cause = "killed", tries: int = 1, **changed: Any) -> Plan:
    """The plan of run `by` for the death of run 1."""
    leases: list[Lease] = changed.pop("leases", [])
    gathered: Gathered = changed.pop("gathered", Gathered())
    dead, new = changed.pop("dead", run(1)), changed.pop("new", run(by))
    tried = [LayerTried(layer="events", name="all events", verdict="accepted")]
    rebuilt = Rebuilt(state=state, base="events", gathered=gathered, tried=tried, seconds={})
    policy = msgspec.structs.replace(POLICY, **changed)
    return plan.make(rebuilt, dead, new, cause(kind), leases, policy, tries)


def acted(state: State, made: Plan, *, by: int = 2, upto: int | None = None) -> State:
    """The state after run `by` has done the plan, or its first `upto` events."""
    events = made.events[:upto]
    return tell(state, run(by), started(run(by)), *((e.kind, e.subject, e.body) for e in events))
