"""A session's items, read from its end: what was added and has not gone since."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, TypeVar

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.codec import exact
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.graphs import reach
from jarvis_ctx.graphs.gone import BEGINNING, Gone, Spot
from jarvis_ctx.graphs.ports import TimedEvent
from jarvis_ctx.graphs.source import Source, check_place
from jarvis_ctx.model.event import Event, Stamp

log = logging.getLogger("jarvis_ctx")

ADDED, REPLACED, CLEARED = "SessionItemsAdded", "SessionItemsReplaced", "SessionCleared"
ALL = '{"session":"', '{"session":"\U0010ffff'
"""From the first subject of any session to beyond the last."""
FIRST_PAGE, GROWTH = 64, 16


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of an event that has items; `first` and `last` are those that have gone."""

    items: list[Any]
    first: Spot | None = None
    last: Spot | None = None

    @property
    def gone(self) -> tuple[Spot, Spot] | None:
        """The first and the last of the items that it says have gone; None where it says so of none."""
        return None if self.first is None or self.last is None else (self.first, self.last)


T = TypeVar("T")
Row = TimedEvent | Event
Standing = tuple[Row, list[Any], Sequence[int]]
"""An event, its items, and the indexes of those that have not gone."""
stamp_of: Callable[[Row], Stamp] = attrgetter("time", "writer", "number")
"""Where an event stands in the total order."""
_plain = decoding.decoder(tuple[int, int, str, str, str, Told])


def subject_of(session: str) -> str:
    """What the events of a session are about."""
    return msgspec.json.encode({"session": session}).decode()


def sessions(source: Source) -> list[str]:
    """The subjects of the sessions of which something was told."""
    found, last = list[str](), ALL[1]
    while page := source.scan(ALL[0], last, 1):
        found.append(last := page[0].subject)
    return found


def session_of(subject: str) -> str:
    """The session that a subject names."""
    return str(decoding.plain(subject)["session"])


def tail(source: Source, subject: str, limit: int | None = None) -> list[tuple[Spot, Any]]:
    """The last `limit` items (None: all), the oldest first, each with where it stands. Raises as `items`."""
    found = _until(limit, _backwards(source, subject, limit))
    return _last(limit, [[((*stamp_of(row), index), items[index]) for index in here] for row, items, here in found])


def items(source: Source, subject: str, limit: int | None = None) -> list[Any]:
    """Only the items. An event that does not verify is left out, and warned of. Raises `StoreUnavailable`."""
    found = _until(limit, _backwards(source, subject, limit))
    return _last(limit, [items if len(here) == len(items) else [items[i] for i in here] for _, items, here in found])


def told_of(source: Source, row: Row) -> Told | None:
    """What an event tells of items; None for one that is damaged."""
    try:
        if row.kind == CLEARED:
            until = reach.of_row(source, row)
            return Told([], BEGINNING, (*stamp_of(row), 0) if until == row.time else (until + 1, "", 0, 0))
        return _of(row, row.body) if isinstance(row, Event) else _read(source, row)
    except CorruptData as error:
        log.warning("A session's history is given without an event that is damaged: %s", error)
        return None


def _until(limit: int | None, events: Iterator[Standing]) -> list[Standing]:
    """As many of the events as have `limit` items."""
    if limit is None:
        return list(events)
    found, left = list[Standing](), limit
    while left > 0 and (event := next(events, None)) is not None:
        found.append(event)
        left -= len(event[2])
    return found


def _last(limit: int | None, backwards: list[list[T]]) -> list[T]:
    """All in one list, the oldest first; of these the last `limit`."""
    every = list(chain.from_iterable(reversed(backwards)))
    return every if limit is None else every[max(0, len(every) - limit) :]


def _backwards(source: Source, subject: str, limit: int | None) -> Iterator[Standing]:
    """The events with items, the latest first, each with the indexes of those that stand."""
    gone, anything = Gone(), False
    for row in _rows(source, subject, FIRST_PAGE if limit is None else limit + 1):
        if anything and gone.has_all_until(stamp_of(row)):
            return
        told = told_of(source, row)
        if told is None:
            continue
        every = range(len(told.items))
        yield row, told.items, [i for i in every if not gone.has((*stamp_of(row), i))] if anything else every
        if told.gone is not None:
            gone.add(*told.gone)
            anything = True


def _rows(source: Source, subject: str, limit: int) -> Iterator[Row]:
    """The session's events, the latest first, read in pages of growing size."""
    last: Stamp | None = None
    while True:
        found = source.read(subject, limit)
        whole = len(found) < limit
        # Of events of one time a page may end with some: they are for the next, which has them all.
        sure = found if whole else [row for row in found if row.time > found[limit - 1].time]
        page = sorted(
            sure if last is None else (row for row in sure if stamp_of(row) < last), key=stamp_of, reverse=True
        )
        yield from page
        if whole:
            return
        last = stamp_of(page[-1]) if page else last
        limit *= GROWTH


def _read(source: Source, row: TimedEvent) -> Told:
    payload = source.verified(row)
    if b"$" not in payload:  # Nothing is tagged, sealed or elsewhere: it can be read in one go.
        try:
            _, time, _, kind, subject, told = _plain(payload)
        except msgspec.DecodeError:
            pass  # The longer way says what is the matter.
        else:
            check_place(row, time, kind, subject)
            return told
    return _of(row, source.body(row))


def _of(row: Row, body: dict[str, Any]) -> Told:
    try:
        return decoding.convert({**body, "items": exact.from_tree(body.get("items"))}, Told)
    except msgspec.ValidationError as error:
        raise CorruptData(what=f"Event {row.number} of writer {row.writer}", reason=str(error)) from error
