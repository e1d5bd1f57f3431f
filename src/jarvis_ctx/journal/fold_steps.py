"""Step events become step records."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from jarvis_ctx.journal.shapes import text
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId, TaskId
from jarvis_ctx.model.state import State
from jarvis_ctx.model.step import StepRecord


def _step(state: State, event: Event, **changes: Any) -> None:
    body = event.body
    steps = state.steps.get(event.subject, {})
    known = steps.get(text(body["key"])) or StepRecord(
        task=TaskId(event.subject),
        key=body["key"],
        name=text(body.get("name", "")),
        run=RunId(event.run),
        status="started",
        updated=event.stamp,
    )
    step = replace(known, updated=event.stamp, run=event.run, **changes)
    state.steps[event.subject] = {**steps, step.key: step}


def _step_started(state: State, event: Event) -> None:
    body, known = event.body, state.steps.get(event.subject, {}).get(text(event.body["key"]))
    _step(
        state,
        event,
        status="started",
        result=msgspec.UNSET,
        kept=False,
        error="",
        starts=known.starts + 1 if known is not None else 1,
        idempotency=text(body.get("idempotency", "")),
        doubt=text(body.get("doubt", "run")),
    )


def _step_finished(state: State, event: Event) -> None:
    if "result" in event.body:
        _step(state, event, status="finished", result=event.body["result"], kept=True)
    else:
        _step(state, event, status="started", error=text(event.body.get("lost", "")))


def _step_failed(state: State, event: Event) -> None:
    _step(state, event, status="failed", error=text(event.body.get("error", "")))


def _step_reconciled(state: State, event: Event) -> None:
    if event.body["happened"]:
        _step_finished(state, event)
    else:
        _step(state, event, status="failed", error="it had not happened")


STEP_HANDLERS = {
    "StepStarted": _step_started,
    "StepFinished": _step_finished,
    "StepFailed": _step_failed,
    "StepReconciled": _step_reconciled,
}
