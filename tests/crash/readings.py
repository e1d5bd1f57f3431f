"""From stored events back to tokens: which call is here, and whether it still says what it said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from jarvis_ctx.codec import exact
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.model.event import Event, Stamp
from jarvis_ctx.model.state import State
from tests.crash import calls

PLACES = {
    "TaskProgressed": (),
    "DecisionLogged": ("context",),
    "AgentUpdated": (),
    "MessageSent": ("content",),
    "MessageAdded": ("content",),
    "AttributeSet": ("value",),
    "AgentSeen": ("details",),
    "TaskFinished": ("result",),
    "StepFinished": ("result",),
}
"""Where in an event's body the payload lies."""
NAMES = {"TaskClaimed": "description", "StepStarted": "name", "RecoveryPointMarked": "label"}
"""Where the token lies in events that have no payload."""


class Found(msgspec.Struct, frozen=True, array_like=True):
    """An event that a call left."""

    token: str
    kind: str
    intact: bool
    stamp: Stamp


def findings(events: Iterable[Event]) -> Iterator[Found]:
    """What the calls left among `events`; the sidecar's own events are passed over."""
    for event in events:
        read = _read(event)
        if read is not None:
            yield Found(read[0], event.kind, read[1], event.stamp)


def _read(event: Event) -> tuple[str, bool] | None:
    value: Any = event.body
    try:
        if event.kind in NAMES:
            return value[NAMES[event.kind]], True
        for key in PLACES.get(event.kind, ()):
            value = value[key]
    except (KeyError, TypeError):
        return str(value)[:80], False
    return said(value) if event.kind in PLACES else None


def said(tree: Any) -> tuple[str, bool]:
    """The token in a stored value, and whether the payload beside it is the one that was given with it."""
    try:
        payload = exact.from_tree(tree["payload"])
        return tree["token"], payload == calls.payload(calls.token_of(tree["token"]))
    except (CorruptData, KeyError, TypeError, ValueError):
        return str(tree)[:80], False


def subjects(state: State) -> dict[str, tuple[str, bool]]:
    """The last call that each subject of a state knows of."""
    found = {name: said(attribute.value) for name, attribute in state.attributes.items()}
    found |= {agent.id: said(agent.details) for agent in state.agents.values() if "token" in agent.details}
    return found | {task.id: said(task.metadata) for task in state.tasks.values() if "token" in task.metadata}


def contents(state: State) -> dict[str, Any]:
    """What a state says of the orchestrator's work: without runs, fences, and when the recovery itself did what."""
    tails = {name: [event.stamp for event in getattr(state, name)] for name in ("decisions", "messages", "points")}
    tasks = {id: fields(task) | {"updated": None} for id, task in state.tasks.items()}
    for task in tasks.values():
        task["attempts"] = {key: fields(attempt) | {"ended": None} for key, attempt in task["attempts"].items()}
    steps = {id: {key: fields(step) for key, step in known.items()} for id, known in state.steps.items()}
    facts = {"tasks": tasks, "agents": state.agents, "attributes": state.attributes, "steps": steps, **tails}
    return dict(msgspec.to_builtins(facts | {"conversation": state.conversation, "unreadable": state.unreadable}))


def fields(record: msgspec.Struct) -> dict[str, Any]:
    """All of a record, its defaults too, which are left out where it is encoded."""
    return {name: value for name, value in msgspec.structs.asdict(record).items() if value is not msgspec.UNSET}
