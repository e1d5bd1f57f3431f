"""Events become state: one total function, the same live and after a crash."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from jarvis_ctx.journal.fold_objects import OBJECT_HANDLERS
from jarvis_ctx.journal.fold_restore import left_behind, moment_restored
from jarvis_ctx.journal.fold_runs import RUN_HANDLERS, fences_of
from jarvis_ctx.journal.fold_steps import STEP_HANDLERS
from jarvis_ctx.journal.fold_tasks import TASK_HANDLERS
from jarvis_ctx.journal.shapes import numbers, text, whole
from jarvis_ctx.model.agent import AgentRecord
from jarvis_ctx.model.cut import Cut
from jarvis_ctx.model.entries import TAILS
from jarvis_ctx.model.event import BRANCHED_KINDS, FREED, PROJECTED_KINDS, THREAD_KINDS, Event, Stamp
from jarvis_ctx.model.healed import Healed
from jarvis_ctx.model.ids import AgentId
from jarvis_ctx.model.state import Attribute, State

Handler = Callable[[State, Event], None]


def apply(state: State, event: Event) -> None:
    """Fold `event` in. The body must be valid (it was when appended) and must not change afterwards.

    Every event changes the record of its own subject only, so order matters within a subject alone. One that arrives
    after a later event of its subject is counted in `state.late`; whoever loads that state folds from the start.
    Only a restore changes all subjects at once; what is older than it and arrives after it changes nothing.
    """
    stamp, target = (event.time, event.writer, event.number), state
    if stamp > state.stamp:
        state.stamp = stamp
    elif left_behind(state, event):
        target = empty(state.name, state.history)
    elif event.kind in BRANCHED_KINDS and _is_late(state, event):
        state.late[event.subject] = state.late.get(event.subject, 0) + 1
    try:
        HANDLERS.get(event.kind, _unknown)(target, event)
    except (KeyError, TypeError, ValueError, AttributeError):
        # The fold is total: what it cannot read stays in the journal, and is counted for the report.
        _unknown(state, event)
    state.position[event.writer] = event.number  # Last: what an interrupt cuts off has not been folded.


def pass_by(state: State, stamp: Stamp) -> None:
    """Take note of an event that nothing else in the state depends on."""
    state.stamp = max(state.stamp, stamp)
    state.position[stamp[1]] = stamp[2]


def _is_late(state: State, event: Event) -> bool:
    """Whether another writer's later event has already changed this event's subject."""
    name = event.subject
    records = (state.tasks.get(name), state.agents.get(name), state.attributes.get(name), state.objects.get(name))
    steps = state.steps.get(name, {}).values()
    if event.stamp < state.retired and records[0] is None and event.kind in PROJECTED_KINDS:
        return True  # Its task may have retired without it.
    return any(record is not None and record.updated > event.stamp for record in (*records, *steps))


def is_fenced(state: State, event: Event) -> bool:
    """True for what an older epoch wrote after a newer had begun."""
    fence = state.fences.get(event.writer)
    return fence is not None and event.number > fence


def _agent(state: State, event: Event) -> AgentRecord:
    known = state.agents.get(event.subject)
    if known is not None:
        return known
    return AgentRecord(id=AgentId(event.subject), created=event.time, updated=event.stamp)


def _agent_updated(state: State, event: Event) -> None:
    agent = _agent(state, event)
    details = {**agent.details, **{k: v for k, v in event.body.items() if k != "status"}}
    status = text(event.body.get("status", agent.status))
    state.agents[event.subject] = replace(agent, updated=event.stamp, status=status, details=details)


def _agent_health(health: str) -> Handler:
    def handler(state: State, event: Event) -> None:
        agent = _agent(state, event)
        state.agents[event.subject] = replace(agent, updated=event.stamp, health=health, changed=event.time)

    return handler


def _attribute_set(state: State, event: Event) -> None:
    state.attributes[event.subject] = Attribute(value=event.body["value"], updated=event.stamp)


def _tail(name: str) -> Handler:
    def handler(state: State, event: Event) -> None:
        tail: list[Event] = getattr(state, name)
        if tail and tail[-1].stamp >= event.stamp:
            _insert(tail, event)
        else:
            tail.append(event)
        if len(tail) > state.history:
            del tail[: -state.history]

    return handler


def _insert(tail: list[Event], event: Event) -> None:
    """Put in an event that is not the latest; one that an interrupted call had folded already stays single."""
    if all(entry.stamp != event.stamp for entry in tail):
        tail.append(event)
        tail.sort(key=lambda entry: entry.stamp)


def _database_healed(state: State, event: Event) -> None:
    Healed.told(event)  # Raises for a body that tells of none.
    _tail("healed")(state, event)


def _retention_cut(state: State, event: Event) -> None:
    body = event.body
    horizon, decisions_since = whole(body["horizon"]), whole(body["decisions_since"])
    cut = Cut(position=numbers(body["position"]), horizon=horizon, decisions_since=decisions_since)
    state.cut = cut = state.cut.joined(cut)
    for name in (*TAILS.values(), "exceptions"):
        tail: list[Event] = getattr(state, name)
        setattr(state, name, [e for e in tail if not cut.takes(e.writer, e.number, e.time, e.kind)])


def _unknown(state: State, event: Event) -> None:
    state.unreadable[event.kind] = state.unreadable.get(event.kind, 0) + 1


def _nothing(state: State, event: Event) -> None:
    """Kept for the record; the state does not depend on it."""


HANDLERS: dict[str, Handler] = {
    "RunRecovered": _nothing,
    "ExceptionRaised": _tail("exceptions"),
    "AgentUpdated": _agent_updated,
    "AgentSeen": _agent_health("alive"),
    "AgentBack": _agent_health("alive"),
    "AgentStale": _agent_health("stale"),
    "AgentGone": _agent_health("gone"),
    "AttributeSet": _attribute_set,
    **{kind: _tail(name) for kind, name in TAILS.items()},
    "RecoveryPointMarked": _tail("points"),
    "MomentRestored": moment_restored,
    "CheckpointRequested": _nothing,
    "CleanupRequested": _nothing,
    "ReleaseRequested": _nothing,
    "RecoveryPointRequested": _nothing,
    "RestoreRequested": _nothing,
    "RequestAnswered": _nothing,
    "RetentionCut": _retention_cut,
    "ValuePurged": _nothing,
    "DatabaseHealed": _database_healed,
    **dict.fromkeys(THREAD_KINDS, _nothing),
    FREED: _nothing,
    **RUN_HANDLERS,
    **TASK_HANDLERS,
    **STEP_HANDLERS,
    **OBJECT_HANDLERS,
}


def _set_fences(state: State, event: Event) -> None:
    try:
        state.fences.update(fences_of(event))
    except TypeError:
        pass  # The event itself is counted as unreadable when its turn comes.


def empty(name: str, history: int) -> State:
    """The state before the first event."""
    return State(name=name, history=history)


def fold(state: State, events: list[Event]) -> State:
    """Fold `events`, sorted into their total order, into `state` and give it back.

    Fences come first: what a fence refuses may carry an earlier time than the fence.
    """
    for event in events:
        if event.kind == "RunStarted":
            _set_fences(state, event)
    for event in sorted(events, key=lambda e: (e.time, e.writer, e.number)):
        if not is_fenced(state, event):
            apply(state, event)
    return state
