"""A session's items, read from its end: what was added and has not gone since."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import msgspec

from jarvis_ctx.codec import exact
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.graphs.gone import Gone, Spot, spot_of
from jarvis_ctx.graphs.ports import Place, Ref
from jarvis_ctx.graphs.source import Source
from jarvis_ctx.model.event import Stamp

log = logging.getLogger("jarvis_ctx")

ADDED, REPLACED, CLEARED = "SessionItemsAdded", "SessionItemsReplaced", "SessionCleared"
ALL = '{"session":"', '{"session":"\U0010ffff'
"""From the first subject of any session to beyond the last."""
FIRST_PAGE = 16


class Told(msgspec.Struct, frozen=True):
    """The body of an event that has items; `first` and `last` are those that have gone."""

    items: list[Any]
    first: Spot | None = None
    last: Spot | None = None


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
    return str(msgspec.json.decode(subject)["session"])


def tail(source: Source, subject: str, limit: int | None = None) -> list[tuple[Spot, Any]]:
    """The last `limit` items (None: all), the oldest first, each with where it stands.

    An event that does not verify is left out, and warned of. Raises `StoreUnavailable`.
    """
    found: list[tuple[Spot, Any]] = []
    for spot, item in _backwards(source, subject):
        if limit is not None and len(found) >= limit:
            break
        found.append((spot, item))
    return found[::-1]


def _backwards(source: Source, subject: str) -> Iterator[tuple[Spot, Any]]:
    gone = Gone()
    for page in _pages(source, subject):
        told = told_by(source, [place for place in page if place.kind == REPLACED or not gone.has_all_of(place)])
        for place in page:
            if place.kind == CLEARED or gone.has_all_until(place):
                return
            body = told.get(place.ref)
            if body is not None:
                yield from _standing(place, body, gone)
                if body.first is not None and body.last is not None:
                    gone.add(body.first, body.last)


def _standing(place: Place, body: Told, gone: Gone) -> Iterator[tuple[Spot, Any]]:
    for index in reversed(range(len(body.items))):
        spot = spot_of(place, index)
        if not gone.has(spot):
            yield spot, body.items[index]


def _pages(source: Source, subject: str) -> Iterator[list[Place]]:
    """The session's events, the latest first, in pages of growing size."""
    limit, last = FIRST_PAGE, None
    while True:
        found = source.scan(subject, subject + "\0", limit)
        whole = len(found) < limit
        # Of events of one time a page may end with some: they are for the next, which has them all.
        sure = found if whole else [place for place in found if place.time > found[limit - 1].time]
        page = sorted((place for place in sure if last is None or stamp_of(place) < last), key=stamp_of, reverse=True)
        if page:
            last = stamp_of(page[-1])
            yield page
        if whole:
            return
        limit *= 4


def stamp_of(place: Place) -> Stamp:
    """Where an event stands in the total order."""
    return place.time, place.writer, place.number


def told_by(source: Source, places: list[Place]) -> dict[Ref, Told]:
    """What these events tell of items; without those that are damaged."""
    wanted = [place.ref for place in places if place.kind != CLEARED]
    try:
        return {ref: _read(ref, body) for ref, body in source.bodies(wanted).items()}
    except CorruptData:
        return dict(_each(source, wanted))


def _each(source: Source, refs: list[Ref]) -> Iterator[tuple[Ref, Told]]:
    for ref in refs:
        try:
            yield ref, _read(ref, source.bodies([ref])[ref])
        except CorruptData as error:
            log.warning("A session's history is given without an event that is damaged: %s", error)


def _read(ref: Ref, body: dict[str, Any]) -> Told:
    try:
        return msgspec.convert({**body, "items": exact.from_tree(body.get("items"))}, Told)
    except msgspec.ValidationError as error:
        raise CorruptData(what=f"Event {ref[1]} of writer {ref[0]}", reason=str(error)) from error
