"""Captures of an object's state become its latest state."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from jarvis_ctx.journal.shapes import numbers, text, whole
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.object_state import KeptField, ObjectState
from jarvis_ctx.model.state import State

OBJECTS_KEPT = 200


def _state_captured(state: State, event: Event) -> None:
    """One that failed leaves the fields as they were."""
    body = event.body
    known = state.objects.get(event.subject) or ObjectState(id=event.subject, run=event.run, updated=event.stamp)
    if "failed" in body:
        _keep(state, replace(known, updated=event.stamp, failed=text(body["failed"])))
        return
    record = ObjectState(
        id=event.subject,
        run=event.run,
        updated=event.stamp,
        captured=whole(body["captured"]),
        position=numbers(body["position"]),
        count=whole(body["count"]),
        fields=[_field(*field) for field in body["fields"]],
        lost=[(text(name), text(reason)) for name, reason in body["lost"]],
        whole=body.get("whole") is True,
    )
    _keep(state, record)


def _field(name: Any, how: Any, value: Any) -> KeptField:
    return text(name), text(how), value


def _keep(state: State, record: ObjectState) -> None:
    state.objects[record.id] = record
    while len(state.objects) > OBJECTS_KEPT:
        del state.objects[min(state.objects.values(), key=lambda known: known.updated).id]


def _state_restored(state: State, event: Event) -> None:
    known = state.objects.get(event.subject)
    if known is not None:
        state.objects[event.subject] = replace(known, updated=event.stamp, restored=event.run)


OBJECT_HANDLERS = {"StateCaptured": _state_captured, "StateRestored": _state_restored}
