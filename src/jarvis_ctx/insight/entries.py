"""Decisions, messages and conversation: the newest from the state's tail, older ones from the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from jarvis_ctx.codec import exact
from jarvis_ctx.errors import BadValue, CorruptData, StoreUnavailable
from jarvis_ctx.insight.ports import Queries
from jarvis_ctx.journal import read
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.journal.values import Values
from jarvis_ctx.model.entries import entry
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.restored import Restored, abandoned_times


def latest(
    tail: list[Event],
    kind: str,
    limit: int,
    queries: Queries,
    orchestrator: str,
    values: Values,
    restores: Sequence[Restored] = (),
) -> list[Any]:
    """The latest `limit` entries of `kind` as records, oldest first, their values exactly as they were given.

    What was said on a branch that a restore has left is not among them. While the store cannot be used, the tail is
    all there is. Raises `BadValue` for a limit below 1.
    """
    if type(limit) is not int or limit < 1:
        raise BadValue(name="limit", value=limit, expected="a whole number from 1")
    events = tail[-limit:]
    if len(events) < limit:
        before = events[0].time if events else None
        rows = _older(before, kind, limit - len(events), queries, orchestrator, abandoned_times(restores))
        events = [event for row in rows if (event := _event(row, values)) is not None] + events
    return [made for event in events if (made := record(event)) is not None]


def _older(
    before: int | None, kind: str, wanted: int, queries: Queries, orchestrator: str, left: list[tuple[int, int]]
) -> list[StoredEvent]:
    """The store's latest `wanted` rows before a time but for those within the stretches of time that were left."""
    found: list[StoredEvent] = []
    while True:
        try:
            rows = queries.entries(orchestrator, kind, wanted - len(found), before)
        except StoreUnavailable:
            return found
        kept = [row for row in rows if not _within(time_of(row), left)]
        found = kept + found
        if len(kept) == len(rows):
            return found
        before = time_of(rows[0])


def time_of(row: StoredEvent) -> int:
    """When it was said; 0 for a row that cannot be read, which is looked at no further than this."""
    try:
        return read.parts(row.payload)[1]
    except msgspec.DecodeError:
        return 0


def _within(time: int, left: list[tuple[int, int]]) -> bool:
    return any(after < time < until for after, until in left)


def _event(row: StoredEvent, values: Values) -> Event | None:
    try:
        return read.event(row.writer, row.payload.encode(), values)
    except CorruptData:
        return None  # One damaged entry does not hide the others; `doctor` and recovery name it.


def record(event: Event) -> Any:
    """The record of an entry's event, its values exactly as they were given; None when it cannot be read."""
    try:
        whole = Event(
            event.writer, event.number, event.time, event.run, event.kind, event.subject, exact.from_tree(event.body)
        )
        return entry(whole)
    except (CorruptData, TypeError, KeyError):
        return None  # As above.
