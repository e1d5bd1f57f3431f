"""What can be gone back to, and what differs between two moments."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from jarvis_ctx.model.entries import AgentMessage, ConversationEntry, Decision

Kept = Literal["database", "file", "both", "nowhere"]


class KeptPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A recovery point: a checkpoint that was marked by name. Times are ISO 8601 in UTC."""

    label: str
    id: str
    time: str
    run: str
    epoch: int
    events: int
    """How many events its state stands for."""
    tasks: int
    agents: int
    position: dict[str, int]
    kept: Kept
    verifies: bool
    """Whether a copy of it is whole. One that is not can still be gone back to while its events are there."""
    problems: list[str] = []
    """Why a copy does not verify, a sentence each."""


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """A field with its values at both moments; None where there is none."""

    field: str
    before: Any
    after: Any


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A task, step, agent, attribute or object that is not at both moments, or not the same."""

    id: str
    change: Literal["added", "removed", "changed"]
    fields: list[FieldChange]
    """What is different; of one that was added or removed, what it has."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Something said that only one of the two moments has in its history."""

    only_in: Literal["a", "b"]
    entry: Decision | AgentMessage | ConversationEntry


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two moments: as it was asked for, what that means, its last event's time, and how many it knows."""

    asked: str
    means: str
    last_event: str | None
    events: int


class StateDiff(msgspec.Struct, frozen=True, kw_only=True):
    """What changed from moment `a` to moment `b`."""

    orchestrator: str
    a: Side
    b: Side
    tasks: list[Change] = []
    steps: list[Change] = []
    agents: list[Change] = []
    attributes: list[Change] = []
    objects: list[Change] = []
    """What is kept of the orchestrator's own objects."""
    decisions: list[Said] = []
    messages: list[Said] = []
    conversation: list[Said] = []
    complete: bool = True
    """False where events are gone, so that entries may be missing."""

    @property
    def empty(self) -> bool:
        """Whether both moments have the same state and the same history of decisions and messages."""
        changed = (self.tasks, self.steps, self.agents, self.attributes, self.objects)
        return not any((*changed, self.decisions, self.messages, self.conversation))
