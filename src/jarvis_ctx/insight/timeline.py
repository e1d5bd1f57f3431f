"""Everything that happened, in order: events of all kinds, from the store and from what waits in the journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, get_args

import msgspec

from jarvis_ctx.clock import iso
from jarvis_ctx.codec import exact
from jarvis_ctx.errors import BadValue, CorruptData, StoreUnavailable, did_you_mean
from jarvis_ctx.insight.view import View
from jarvis_ctx.journal import read
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.journal.values import Values
from jarvis_ctx.model.event import Event, Kind

KINDS: tuple[str, ...] = get_args(Kind)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which events: of these kinds (none named: all), about this subject, not before this time (µs)."""

    kinds: tuple[str, ...] = ()
    subject: str | None = None
    since: int | None = None

    def takes(self, event: Event) -> bool:
        """Whether `event` is one of them."""
        return (
            (not self.kinds or event.kind in self.kinds)
            and (self.subject is None or event.subject == self.subject)
            and (self.since is None or event.time >= self.since)
        )


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the timeline, in order, and where the next part begins."""

    lines: list[dict[str, Any]]
    position: dict[str, int]
    """How far it has been looked at."""
    fences: dict[str, int]
    """The last number of each writer that was overtaken; what it wrote behind it counts for nothing."""


def latest(view: View, limit: int, wanted: Wanted) -> Stretch:
    """The latest `limit` events that are wanted. Raises `BadValue` for a limit below 1 and for an unknown kind.

    While the store cannot be used, what lies in the journal and its archive is all there is.
    """
    if type(limit) is not int or limit < 1:
        raise BadValue(name="limit", value=limit, expected="a whole number from 1")
    check(wanted)
    position = drained(view)
    newer = view.events_after(position)  # Before the store is asked: what is drained meanwhile is then in both.
    found = {(event.writer, event.number): event for event in [*_stored(view, limit, wanted), *newer]}
    fences = dict(view.state().fences)
    lines = _lines(found.values(), wanted, fences)[-limit:]
    return Stretch(lines=lines, position=_beyond(position, newer), fences=fences)


def after(view: View, earlier: Stretch, wanted: Wanted) -> Stretch:
    """What has been appended since `earlier`, in order."""
    newer, fences = view.events_after(earlier.position), dict(earlier.fences)
    for event in newer:
        if event.kind == "RunStarted":
            fences.update(event.body.get("fences", {}))
    return Stretch(lines=_lines(newer, wanted, fences), position=_beyond(earlier.position, newer), fences=fences)


def check(wanted: Wanted) -> None:
    """Raises `BadValue` for an unknown kind."""
    for kind in wanted.kinds:
        if kind not in KINDS:
            hint = did_you_mean(kind, list(KINDS))
            raise BadValue(name="kind", value=kind, expected=f"one that docs/formats.md lists{hint}")


def drained(view: View) -> dict[str, int]:
    """How far the store has each writer; nothing while it cannot be used."""
    try:
        return view.drained()
    except StoreUnavailable:
        return {}


def _stored(view: View, limit: int, wanted: Wanted) -> Iterator[Event]:
    """The latest `limit` of each kind, which is what the store can find without reading everything."""
    try:
        for kind in wanted.kinds or KINDS:
            for row in view.queries.entries(view.name, kind, limit, subject=wanted.subject):
                yield from _event(row, view.values)
    except StoreUnavailable:
        return


def _event(row: StoredEvent, values: Values) -> Iterator[Event]:
    try:
        yield read.event(row.writer, row.payload.encode(), values)
    except CorruptData:
        return  # One damaged event does not hide the others; `doctor` and recovery name it.


def _beyond(position: dict[str, int], newer: list[Event]) -> dict[str, int]:
    reached = dict(position)
    for event in newer:
        reached[event.writer] = max(reached.get(event.writer, 0), event.number)
    return reached


def _lines(events: Iterable[Event], wanted: Wanted, fences: dict[str, int]) -> list[dict[str, Any]]:
    taken = [
        event for event in events if wanted.takes(event) and event.number <= fences.get(event.writer, event.number)
    ]
    return [line(event) for event in sorted(taken, key=lambda event: event.stamp)]


def line(event: Event) -> dict[str, Any]:
    """An event as plain data; `body` is what was given, exactly, but for what `_told` leaves out."""
    try:
        body = _told(event.kind, event.subject, exact.from_tree(event.body))
    except (CorruptData, TypeError, ValueError):
        body = {"unreadable": "of another version"}  # Tagged or shaped as this one does not know.
    return {
        "time": iso(event.time),
        "kind": event.kind,
        "subject": event.subject,
        "run": event.run,
        "writer": event.writer,
        "number": event.number,
        "body": body,
    }


def _told(kind: str, subject: str, body: dict[str, Any]) -> dict[str, Any]:
    """The body as it is told: with the name that a secret is known by, and without the whole states that some carry."""
    match kind:
        case "AttributeSet":
            return {"name": subject, **body}
        case "StateCaptured" if "fields" in body:
            return {**body, "fields": {name: how for name, how, _ in body["fields"]}}
        case "MomentRestored":
            return {name: said for name, said in body.items() if name != "state"}
        case _:
            return body
