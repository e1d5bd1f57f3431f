"""What happened and what was said, page by page into the past: the newest events first, each once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from jarvis_ctx.errors import CorruptData, StoreUnavailable
from jarvis_ctx.insight import entries, timeline
from jarvis_ctx.insight.timeline import KINDS, Wanted
from jarvis_ctx.insight.view import View
from jarvis_ctx.journal import read
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.model.entries import TAILS, line
from jarvis_ctx.model.event import Event, Stamp
from jarvis_ctx.model.restored import abandoned_times
from jarvis_ctx.model.state import State

TIES = 16
"""Events of one kind that may have the very time of a page's end before the store is asked for more."""
LARGEST = 4 * 1024 * 1024
"""Bytes of bodies after which a page ends, and at most one event more."""

_Found = StoredEvent | Event


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """Events, the newest first, fewer than asked at times; and the stamp to go on before where there are more."""

    events: list[Event]
    before: Stamp | None


def page(view: View, wanted: Wanted, limit: int, before: Stamp | None = None) -> Past:
    """At most `limit` of the events that are wanted, all of them before the stamp `before`.

    Raises `BadValue` for an unknown kind. While the store cannot be used, what lies in the journal is all there is.
    """
    timeline.check(wanted)
    return _page(view, wanted, limit, before, [], [], view.state())


def said(view: View, kind: str, limit: int, before: Stamp | None = None) -> Past:
    """At most `limit` entries of `kind` that the present state stands on: none of a branch that a restore has left."""
    state = view.state()
    tail, left = getattr(state, TAILS[kind]), abandoned_times(state.restores)
    return _page(view, Wanted(kinds=(kind,)), limit, before, tail, left, state)


def present(view: View, wanted: Wanted, limit: int) -> Past:
    """At most `limit` of the wanted events that the present state stands on; none only if there is none."""
    state, before = view.state(), None
    while True:
        past = _page(view, wanted, limit, before, [], abandoned_times(state.restores), state)
        if past.events or past.before is None:
            return past
        before = past.before


def lines(past: Past) -> list[dict[str, Any]]:
    """Entries as plain data; one that cannot be read is left out."""
    found = (entries.record(event) for event in past.events)
    return [line(each) for each in found if each is not None]


def _page(
    view: View,
    wanted: Wanted,
    limit: int,
    before: Stamp | None,
    tail: list[Event],
    left: list[tuple[int, int]],
    state: State,
) -> Past:
    newer = view.events_after(timeline.drained(view))  # Before the store is asked, as in the timeline.
    found, reached = _stored(view, wanted, limit, before)
    found |= {event.stamp: event for event in (*tail, *newer) if wanted.takes(event)}
    since = wanted.since

    def shown(stamp: Stamp) -> bool:
        time, writer, number = stamp
        return (
            (before is None or stamp < before)
            and (reached is None or stamp >= reached)
            and (since is None or time >= since)
            and number <= state.fences.get(writer, number)
            and not any(after < time < until for after, until in left)
        )

    events, full = _until_full(view, found, sorted(filter(shown, found), reverse=True), limit)
    ended = reached is None or (since is not None and reached[0] < since)
    return Past(events=events, before=full or (None if ended else reached))


def _until_full(
    view: View, found: dict[Stamp, _Found], stamps: list[Stamp], limit: int
) -> tuple[list[Event], Stamp | None]:
    """The events of a page, and the last one's stamp where the page is full and there are more."""
    events: list[Event] = []
    size = 0
    for count, stamp in enumerate(stamps, 1):
        for event in _events([found[stamp]], view):
            events.append(event)
            size += len(msgspec.json.encode(event.body))
        if count < len(stamps) and (count == limit or size > LARGEST):
            return events, stamp
    return events, None


def _stored(view: View, wanted: Wanted, limit: int, before: Stamp | None) -> tuple[dict[Stamp, _Found], Stamp | None]:
    """The latest of each kind, and down to which stamp that is all of them; None where it is everything."""
    found: dict[Stamp, _Found] = {}
    reached: Stamp | None = None
    try:
        for kind in wanted.kinds or KINDS:
            rows, least = _of_kind(view, kind, wanted.subject, limit + 1, before)
            found |= rows
            if least is not None and (reached is None or least > reached):
                reached = least
    except StoreUnavailable:
        return found, None
    return found, reached


def _of_kind(
    view: View, kind: str, subject: str | None, count: int, before: Stamp | None
) -> tuple[dict[Stamp, _Found], Stamp | None]:
    until = before[0] + 1 if before is not None else None
    ask = count + TIES
    while True:
        rows = view.queries.entries(view.name, kind, ask, until, subject)
        found: dict[Stamp, _Found] = {stamp: row for row in rows if (stamp := _stamp(row)) is not None}
        if len(rows) < ask or not found:
            return found, None
        if before is None or min(found) < before:
            return found, min(found)
        ask *= 2


def _stamp(row: StoredEvent) -> Stamp | None:
    time = entries.time_of(row)
    return (time, row.writer, row.number) if time else None


def _events(found: Iterable[_Found], view: View) -> Iterator[Event]:
    """The events; only those that are shown are read as a whole."""
    for each in found:
        try:
            yield each if isinstance(each, Event) else read.event(each.writer, each.payload.encode(), view.values)
        except CorruptData:
            continue  # One damaged event does not hide the others; `doctor` and recovery name it.
