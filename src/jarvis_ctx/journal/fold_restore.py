"""A restore replaces what the orchestrator has done by what an earlier moment had of it."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from jarvis_ctx import decoding
from jarvis_ctx.journal.shapes import mapping, numbers, text
from jarvis_ctx.model.agent import AgentRecord
from jarvis_ctx.model.event import BRANCHED_KINDS, Event
from jarvis_ctx.model.object_state import ObjectState
from jarvis_ctx.model.restored import Restored
from jarvis_ctx.model.state import Attribute, State
from jarvis_ctx.model.step import StepRecord
from jarvis_ctx.model.task import TaskRecord

RESTORES_KEPT = 100


class Branch(msgspec.Struct, kw_only=True):
    """The part of a state that a restore sets back; runs, fences, points and exceptions are facts that stay."""

    tasks: dict[str, TaskRecord]
    steps: dict[str, dict[str, StepRecord]]
    agents: dict[str, AgentRecord]
    attributes: dict[str, Attribute]
    objects: dict[str, ObjectState]
    decisions: list[Event]
    messages: list[Event]
    conversation: list[Event]


def restore_body(state: State, moment: str, undo: str) -> dict[str, Any]:
    """The body of the event that sets a state back to `state`: plain JSON that nobody else holds.

    It carries what it restores, so that it means the same when the checkpoint it came from is gone.
    """
    kept = msgspec.json.encode({name: getattr(state, name) for name in Branch.__struct_fields__})
    return {
        "moment": moment,
        "position": dict(state.position),
        "stamp": list(state.stamp),
        "undo": undo,
        "state": decoding.plain(kept),
    }


def left_behind(state: State, event: Event) -> bool:
    """True for what was said before the latest restore and arrives after it: it belongs to the branch that was left."""
    return bool(state.restores) and event.stamp < state.restores[-1].at and event.kind in BRANCHED_KINDS


def moment_restored(state: State, event: Event) -> None:
    """The state's branch becomes the event's, unless a later restore has been folded already."""
    body = event.body
    restored = Restored(
        at=event.stamp,
        moment=text(body["moment"]),
        position=numbers(body["position"]),
        stamp=decoding.convert(body["stamp"], tuple[int, str, int]),
        undo=text(body["undo"]),
    )
    kept = _dated(decoding.convert(mapping(body["state"]), Branch), restored)
    others = [known for known in state.restores if known.at != restored.at]
    latest = not others or others[-1].at < restored.at
    state.restores = sorted([*others, restored], key=lambda known: known.at)[-RESTORES_KEPT:]
    if latest:
        _set_back(state, kept)
        # What was out of order before it counts no more; but what came after it in time has just been undone.
        state.late = {event.subject: 1} if state.stamp > event.stamp else {}


def _dated(kept: Branch, restored: Restored) -> Branch:
    """What is younger than the moment is of calls that went on over the restore, and is dated by that from then on."""
    for id, task in kept.tasks.items():
        if task.updated > restored.stamp:
            kept.tasks[id] = replace(task, updated=restored.at)
    for steps in kept.steps.values():
        for key, step in steps.items():
            if step.updated > restored.stamp:
                steps[key] = replace(step, updated=restored.at)
    return kept


def _set_back(state: State, kept: Branch) -> None:
    for name in Branch.__struct_fields__:
        value = getattr(kept, name)
        setattr(state, name, value[-state.history :] if isinstance(value, list) else value)
