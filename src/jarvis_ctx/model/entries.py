"""What people and agents said and decided: decisions, messages, conversation, recovery points."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx.clock import iso
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """An orchestration decision with its reasons."""

    time: int
    run: RunId
    decision_type: str
    context: Any
    decision: Any
    reasoning: Any
    outcome: Any
    details: dict[str, Any] = {}


class AgentMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message from one agent to another."""

    time: int
    run: RunId
    sender: str
    recipient: str
    content: Any
    details: dict[str, Any] = {}


class ConversationEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One turn of the orchestrator's conversation."""

    time: int
    run: RunId
    role: str
    content: Any
    details: dict[str, Any] = {}


class RecoveryPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A named checkpoint, never thinned away silently."""

    time: int
    run: RunId
    label: str
    checkpoint: str


ENTRY_KINDS: dict[str, type[msgspec.Struct]] = {
    "DecisionLogged": Decision,
    "MessageSent": AgentMessage,
    "MessageAdded": ConversationEntry,
    "RecoveryPointMarked": RecoveryPoint,
}
TAILS = {"DecisionLogged": "decisions", "MessageSent": "messages", "MessageAdded": "conversation"}
"""The list of the state that has the newest of a kind, and the name that people know them by."""


def entry(event: Event) -> Any:
    """The record an entry's event stands for; keys it does not name go to `details`."""
    cls = ENTRY_KINDS[event.kind]
    known = {name: event.body[name] for name in cls.__struct_fields__ if name in event.body}
    rest = {name: value for name, value in event.body.items() if name not in known}
    if "details" in cls.__struct_fields__ and rest:
        known["details"] = {**known.get("details", {}), **rest}
    return cls(time=event.time, run=event.run, **known)


def line(entry: Decision | AgentMessage | ConversationEntry | RecoveryPoint) -> dict[str, Any]:
    """An entry as plain data, as docs/cli.md has it."""
    return {**msgspec.structs.asdict(entry), "time": iso(entry.time)}
