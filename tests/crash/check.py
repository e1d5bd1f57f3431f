"""The fresh process that looks at what is left: first from outside, then by recovering."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from jarvis_ctx.clock import SystemClock
from jarvis_ctx.errors import CorruptData, NoStore, StoreDamaged
from jarvis_ctx.journal import read
from jarvis_ctx.journal.fold import is_fenced
from jarvis_ctx.journal.values import Values
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.settings import load
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.opening import DATABASE
from jarvis_ctx.sidecar.views import StoreView
from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.crash.readings import Found, contents, findings, subjects

Subjects = dict[str, tuple[str, bool]]
HEALED = 60.0
"""Seconds within which a damaged database has to be well again."""


class Checked(msgspec.Struct, kw_only=True):
    """What was found in each layer, and what recovery said."""

    events: list[Found]
    """Seen from outside, in segments, archive and store together."""
    state: Subjects
    """Rebuilt by the recovery."""
    database: list[Found]
    """In the database, once everything was drained into it."""
    contents: dict[str, Any]
    """The whole state but for what tells one recovery from another."""
    position: dict[str, int]
    report: RecoveryReport | None
    damage: list[str]
    opened: float
    """Seconds that opening the store took, recovery included."""


def write(
    path: Path, out: Path, since: dict[str, int], ending: str, settings: dict[str, Any], say: Callable[[str], None]
) -> None:
    """Look, say `recovering`, recover, say `recovered`, and write a `Checked` to `out`."""
    events = _from_outside(path, settings, since)
    say("recovering")
    manager, seconds = _recovered(path, settings)
    say("recovered")
    drain(manager)
    state = manager.journal.writer.picture()
    checked = Checked(
        events=events,
        state=subjects(state),
        database=list(_in_database(path, manager.settings.name, since, manager.journal.values)),
        contents=contents(state),
        position=state.position,
        report=manager.recovery_report,
        damage=manager._opened.damage,
        opened=seconds,
    )
    out.write_bytes(msgspec.json.encode(checked))
    if ending == "kill":
        os._exit(0)
    manager.close()


def drain(manager: JarvisContextManager) -> None:
    """Put everything into the database; one whose damage only shows now is made anew while the run lives."""
    until = time.monotonic() + HEALED
    while True:
        try:
            manager.flush()
            return
        except StoreDamaged:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def _from_outside(path: Path, settings: dict[str, Any], since: dict[str, int]) -> list[Found]:
    try:
        view = StoreView(load({"path": path, **settings}), SystemClock())
    except NoStore:
        return []  # It was killed before there was anything.
    try:
        fences = view.state()
        return list(findings(event for event in view.events_after(since) if not is_fenced(fences, event)))
    finally:
        view.close()


def _recovered(path: Path, settings: dict[str, Any]) -> tuple[JarvisContextManager, float]:
    began = time.perf_counter()
    manager = JarvisContextManager(path, **settings)
    return manager, time.perf_counter() - began


def _in_database(path: Path, orchestrator: str, since: dict[str, int], values: Values) -> Iterator[Found]:
    """What the calls left in the database alone; of a row that cannot be read, that it has changed."""
    store = SqliteStore(path / DATABASE, viewer=True)
    try:
        for row in store.events.events(orchestrator, since):
            try:
                yield from findings([read.event(row.writer, row.payload.encode(), values)])
            except CorruptData as error:
                yield Found(str(error), "", False, (0, row.writer, row.number))
    finally:
        store.close()
