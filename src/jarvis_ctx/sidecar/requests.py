"""What is asked of a live orchestrator from outside: by a request event, which its owner answers by another."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from jarvis_ctx.clock import SystemClock
from jarvis_ctx.errors import JarvisError, NotAnswered, RequestFailed
from jarvis_ctx.journal import fold
from jarvis_ctx.journal.marks import Marks
from jarvis_ctx.journal.sealed_bodies import Sealing
from jarvis_ctx.model.event import Event
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.pen import pen, sealing_behind
from jarvis_ctx.sidecar.views import StoreView

POLL = 0.05

Answer = Callable[[dict[str, Any]], dict[str, Any]]
"""Does what a request's body asks for; returns what its answer's body says."""


def answer(events: list[Event], answers: dict[str, Answer], append: Callable[..., object]) -> None:
    """The owner's side: do what was asked for, by the request's kind, and answer each request once."""
    for event in events:
        if event.kind in answers:
            try:
                body = answers[event.kind](event.body)
            except (JarvisError, OSError) as error:
                body = {"error": str(error)}
            append("RequestAnswered", event.subject, body)


def ask(settings: Settings, kind: str, body: dict[str, Any], timeout: float) -> dict[str, Any]:
    """Ask the live owner for something and wait; the answer's body.

    Raises `RequestFailed` when it could not do it, and `NotAnswered` after `timeout` seconds.
    """
    view = StoreView(settings, SystemClock())
    try:
        before = view.state().position
        request = _write(settings, kind, body, view.values.sealing)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            for event in view.events_after(before):
                if event.kind == "RequestAnswered" and event.subject == request:
                    return _without_error(settings, event)
            time.sleep(POLL)
    finally:
        view.close()
    raise NotAnswered(orchestrator=settings.name, path=str(settings.folder), seconds=timeout)


def _without_error(settings: Settings, event: Event) -> dict[str, Any]:
    if "error" in event.body:
        raise RequestFailed(orchestrator=settings.name, path=str(settings.folder), reason=event.body["error"])
    return event.body


def _write(settings: Settings, kind: str, body: dict[str, Any], sealing: Sealing | None) -> str:
    """Write the request into a segment of our own; its name."""
    folder, request = settings.folder / "journal", f"request-{os.urandom(8).hex()}"
    marks = Marks(folder / "marks", mapped=False)
    try:
        writer = pen(settings.name, folder, marks, fold.empty(settings.name, 1), SystemClock(), sealing)
        with sealing_behind(writer):
            writer.append(kind, request, body)
    finally:
        marks.close()
    return request
