"""Decisions, messages and conversation: the newest from the state's tail, older ones from the store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jarvis_ctx.codec import exact
from jarvis_ctx.errors import BadValue, CorruptData, StoreUnavailable
from jarvis_ctx.insight.ports import Queries
from jarvis_ctx.journal import read
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.journal.values import Values
from jarvis_ctx.model.entries import entry
from jarvis_ctx.model.event import Event


def latest(tail: list[Event], kind: str, limit: int, queries: Queries, orchestrator: str, folder: Path) -> list[Any]:
    """The latest `limit` entries of `kind` as records, oldest first, their values exactly as they were given.

    While the store cannot be used, the tail is all there is. Raises `BadValue` for a limit below 1.
    """
    if type(limit) is not int or limit < 1:
        raise BadValue(name="limit", value=limit, expected="a whole number from 1")
    events = tail[-limit:]
    if len(events) < limit:
        events = _older(events, kind, limit - len(events), queries, orchestrator, folder) + events
    return [record for event in events if (record := _record(event)) is not None]


def _older(
    newer: list[Event], kind: str, wanted: int, queries: Queries, orchestrator: str, folder: Path
) -> list[Event]:
    before = newer[0].time if newer else None
    try:
        rows = queries.entries(orchestrator, kind, wanted, before)
    except StoreUnavailable:
        return []
    resolve = Values(folder / "journal" / "values").get
    return [event for row in rows if (event := _event(row, resolve)) is not None]


def _event(row: StoredEvent, resolve: Any) -> Event | None:
    try:
        return read.event(row.writer, row.payload.encode(), resolve)
    except CorruptData:
        return None  # One damaged entry does not hide the others; `doctor` and recovery name it.


def _record(event: Event) -> Any:
    try:
        whole = Event(
            event.writer, event.number, event.time, event.run, event.kind, event.subject, exact.from_tree(event.body)
        )
        return entry(whole)
    except (CorruptData, TypeError, KeyError):
        return None  # As above.
