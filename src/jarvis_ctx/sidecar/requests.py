"""What is asked of an orchestrator from outside: of a live owner by a request event, of a store nobody runs by hand."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from jarvis_ctx.clock import Clock, SystemClock
from jarvis_ctx.codec import exact
from jarvis_ctx.errors import JarvisError, NotAnswered, RequestFailed
from jarvis_ctx.journal import fold
from jarvis_ctx.journal.marks import EPOCH, ORCHESTRATOR, Marks
from jarvis_ctx.journal.sealed_bodies import Sealing
from jarvis_ctx.journal.segment import new_writer, opening_of
from jarvis_ctx.journal.supply import SegmentSupply
from jarvis_ctx.journal.values import Values
from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery.rebuild import rebuild
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.missing import no_store
from jarvis_ctx.sidecar.offline import offline_keeper
from jarvis_ctx.sidecar.opening import OpenStore
from jarvis_ctx.sidecar.views import StoreView

log = logging.getLogger("jarvis_ctx")

REQUEST_SEGMENT = 65_536
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


def checkpoint_answer(checkpoint: Callable[[str], CheckpointHeader]) -> Answer:
    """Answers a `CheckpointRequested` and a `RecoveryPointRequested`."""
    return lambda body: {"header": msgspec.to_builtins(checkpoint(str(body.get("label", ""))))}


def request_checkpoint(settings: Settings, label: str = "", timeout: float = 30.0) -> CheckpointHeader:
    """Ask the live owner for a checkpoint and wait for it. Raises `NotAnswered` and `RequestFailed`."""
    body = ask(settings, "CheckpointRequested", {"label": label}, timeout)
    return msgspec.convert(exact.from_tree(body["header"]), CheckpointHeader)


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
        try:
            writer.append(kind, request, body)
            writer.segment.seal()
        finally:
            writer.segment.close()
    finally:
        marks.close()
    return request


def pen(
    name: str, folder: Path, marks: Marks, state: State, clock: Clock, sealing: Sealing | None, run: str = ""
) -> Writer:
    """A writer beside the owner's, in its run's epoch; what it writes is folded into `state`, and later than it."""
    slot = marks.slot(ORCHESTRATOR, name)
    epoch = marks.cells[slot + EPOCH]
    opening = opening_of(name, new_writer(epoch), RunId(run), epoch)
    return Writer(
        opening=opening,
        state=state,
        clock=clock,
        cells=marks.cells,
        epoch_slot=slot,
        writer_slot=marks.writer_slot(opening.writer, name, epoch),
        supply=SegmentSupply(folder, opening.writer, REQUEST_SEGMENT, mapped=False),
        values=Values(folder / "values", sealing=sealing),
    )


class Still:
    """A clock that is always behind: what is written by it comes right after the last event, not after a death."""

    def wall(self) -> int:
        return 0

    def steady(self) -> float:
        return 0

    def boot(self) -> float:
        return 0


def checkpoint_offline(settings: Settings, label: str = "") -> CheckpointHeader:
    """Take a checkpoint of a store that nobody runs; begins no run. Raises `NoStore` and `AlreadyRunning`."""
    if not (settings.folder / "journal").is_dir():
        raise no_store(settings.folder)
    opened = OpenStore(settings, SystemClock())
    try:
        ground = opened.ground
        state = rebuild(ground.layers, ground.clock.steady).state
        return offline_keeper(ground, state).take(label)
    finally:
        opened.close()
