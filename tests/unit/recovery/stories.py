"""States made of events, and the plans made for them."""

from __future__ import annotations

from typing import Any

from jarvis_ctx.journal import fold
from jarvis_ctx.journal.gather import Gathered
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.model.run import CauseOfDeath, ProcessIdentity, RunRecord
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery import plan
from jarvis_ctx.recovery.plan import Plan
from jarvis_ctx.recovery.policy import Policy
from jarvis_ctx.recovery.rebuild import Rebuilt

SECOND = 1_000_000
KILLED = CauseOfDeath(cause="killed", sentence="It was killed.")
POWER = CauseOfDeath(cause="power-loss", sentence="The power went.")
POLICY = Policy(resume="skip", max_attempts=3, stale_after=300, sync_interval=1)
HERE = ProcessIdentity(host="here", pid=7, created=1.0, boot_id="b1")

Told = tuple[str, str, dict[str, Any]]


def run(epoch: int, process: ProcessIdentity = HERE) -> RunRecord:
    id = RunId(f"r{epoch}")
    return RunRecord(
        id=id,
        name="jarvis",
        epoch=epoch,
        writer=WriterId(f"w{epoch}"),
        process=process,
        started=epoch * SECOND,
        chain=RunId("r1"),
    )


def started(epoch: int, **more: Any) -> Told:
    process = {"host": "here", "pid": 7, "created": 1.0, "boot_id": "b1"}
    return "RunStarted", f"r{epoch}", {"epoch": epoch, "process": process, "chain": "r1", **more}


def claim(task: str, *, alone: bool = False, key: str = "k1") -> Told:
    return "TaskClaimed", task, {"method": "assign_task", "key": key, "attempt": 1, "alone": alone}


def told(*events: Told, state: State | None = None, epoch: int = 1) -> State:
    """The state after these events of run `epoch`, a second apart."""
    state = state or fold.empty("jarvis", 100)
    first = state.stamp[0] + SECOND
    for number, (kind, subject, body) in enumerate(events, 1):
        event = Event(WriterId(f"w{epoch}"), number, first + number * SECOND, RunId(f"r{epoch}"), kind, subject, body)
        fold.apply(state, event)
    return state


def planned(
    state: State,
    *,
    cause: CauseOfDeath = KILLED,
    tries: int = 1,
    policy: Policy = POLICY,
    leases: list[Lease] | None = None,
    gathered: Gathered | None = None,
    cut_off: int = 0,
) -> Plan:
    """The plan of run 2 for the death of run 1."""
    rebuilt = Rebuilt(
        state=state, base="events", gathered=gathered or Gathered(), tried=[], seconds={}, cut_off=cut_off
    )
    return plan.make(rebuilt, state.runs["r1"], run(2), cause, leases or [], policy, tries)


def carry_out(state: State, made: Plan) -> State:
    """The state after what the plan appends."""
    return told(*((event.kind, event.subject, event.body) for event in made.events), state=state, epoch=2)
