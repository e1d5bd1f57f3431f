"""What happened and what was said, page by page into the past: the newest events first, each once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from jarvis_ctx.clock import iso
from jarvis_ctx.errors import CorruptData, StoreUnavailable
from jarvis_ctx.insight import entries, timeline
from jarvis_ctx.insight.timeline import KINDS, Wanted
from jarvis_ctx.insight.view import View
from jarvis_ctx.journal import read
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.model.event import Event, Stamp
from jarvis_ctx.model.restored import abandoned
from jarvis_ctx.model.state import State

TIES = 16
"""Events of one kind that may have the very time of a page's end before the store is asked for more."""
TAILS = {"DecisionLogged": "decisions", "MessageSent": "messages", "MessageAdded": "conversation"}
"""Where the state keeps the newest entries of a kind, and the store need not be asked."""


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """Events, the newest first, fewer than asked at times; and the stamp to go on before where there are more."""

    events: list[Event]
    before: Stamp | None


def page(view: View, wanted: Wanted, limit: int, before: Stamp | None = None) -> Past:
    """At most `limit` of the events that are wanted, all of them before the stamp `before`.

    Raises `BadValue` for an unknown kind. While the store cannot be used, what lies in the journal is all there is.
    """
    timeline.check(wanted)
    state = view.state()
    newer = view.events_after(timeline.drained(view))  # Before the store is asked, as in the timeline.
    stored, reached = _stored(view, wanted, limit, before)
    known = {(event.writer, event.number): event for event in [*stored, *newer]}
    return _page(list(known.values()), wanted, limit, before, reached, state)


def said(view: View, kind: str, limit: int, before: Stamp | None = None) -> Past:
    """At most `limit` entries of `kind` that the present state stands on: none of a branch that a restore has left."""
    wanted, state = Wanted(kinds=(kind,)), view.state()
    newer = view.events_after(timeline.drained(view))
    stored, reached = _stored(view, wanted, limit, before)
    left = [(after[0], until[0]) for after, until in abandoned(state.restores)] if state.restores else []
    tail = getattr(state, TAILS[kind])
    known = {(event.writer, event.number): event for event in [*stored, *newer, *tail]}
    here = [event for event in known.values() if not any(after < event.time < until for after, until in left)]
    return _page(here, wanted, limit, before, reached, state)


def lines(past: Past) -> list[dict[str, Any]]:
    """Entries as plain data; one that cannot be read is left out."""
    found = (entries.record(event) for event in past.events)
    return [{**msgspec.structs.asdict(each), "time": iso(each.time)} for each in found if each is not None]


def _page(
    events: list[Event], wanted: Wanted, limit: int, before: Stamp | None, reached: Stamp | None, state: State
) -> Past:
    fences = state.fences
    taken = [
        event
        for event in events
        if wanted.takes(event)
        and (before is None or event.stamp < before)
        and (reached is None or event.stamp >= reached)
        and event.number <= fences.get(event.writer, event.number)
    ]
    taken.sort(key=lambda event: event.stamp, reverse=True)
    shown = taken[:limit]
    if len(taken) > limit:
        return Past(events=shown, before=shown[-1].stamp)
    ended = reached is None or (wanted.since is not None and reached[0] < wanted.since)
    return Past(events=shown, before=None if ended else reached)


def _stored(view: View, wanted: Wanted, limit: int, before: Stamp | None) -> tuple[list[Event], Stamp | None]:
    """The latest of each kind, and down to which stamp that is all of them; None where it is everything."""
    found: list[Event] = []
    reached: Stamp | None = None
    try:
        for kind in wanted.kinds or KINDS:
            events, least = _of_kind(view, kind, wanted.subject, limit + 1, before)
            found += events
            if least is not None and (reached is None or least > reached):
                reached = least
    except StoreUnavailable:
        return found, None
    return found, reached


def _of_kind(
    view: View, kind: str, subject: str | None, count: int, before: Stamp | None
) -> tuple[list[Event], Stamp | None]:
    until = before[0] + 1 if before is not None else None
    ask = count + TIES
    while True:
        rows = view.queries.entries(view.name, kind, ask, until, subject)
        stamps = [stamp for row in rows if (stamp := _stamp(row)) is not None]
        if len(rows) < ask or not stamps:
            return list(_events(rows, view)), None
        if before is None or min(stamps) < before:
            return list(_events(rows, view)), min(stamps)
        ask *= 2


def _stamp(row: StoredEvent) -> Stamp | None:
    time = entries.time_of(row)
    return (time, row.writer, row.number) if time else None


def _events(rows: list[StoredEvent], view: View) -> Iterator[Event]:
    for row in rows:
        try:
            yield read.event(row.writer, row.payload.encode(), view.values)
        except CorruptData:
            continue  # One damaged event does not hide the others; `doctor` and recovery name it.
