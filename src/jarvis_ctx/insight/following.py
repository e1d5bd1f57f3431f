"""What happens now and what has happened since a place, as lines of the timeline."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import msgspec

from jarvis_ctx.errors import UnknownPosition
from jarvis_ctx.insight import timeline
from jarvis_ctx.insight.view import View
from jarvis_ctx.journal.follow import Follow
from jarvis_ctx.journal.place import Place, epoch_of
from jarvis_ctx.model.event import Event

LARGEST = 4 * 1024 * 1024
"""Bytes of bodies of the past that are given, and one event more."""
FIRST, GROWTH = 64, 4
"""Events of a writer that are read first, and how many times as many when there is room for more."""


class Following:
    """Lines as they come, without secrets. One thread at a time; close it after use."""

    def __init__(self, view: View) -> None:
        self._shown = view.redaction
        self._follow = Follow(view.folder / "journal", view.name, view.values)

    @property
    def place(self) -> Place:
        """How far it has come."""
        return self._follow.place

    def step(self) -> list[dict[str, Any]]:
        """The lines since the last step, in order."""
        return lines(self._follow.step(), self._shown)

    def close(self) -> None:
        """Let go of the journal."""
        self._follow.close()


class Since(msgspec.Struct, frozen=True, kw_only=True):
    """What was appended since a place: the latest of it in order, and how many events before that were left out."""

    lines: list[dict[str, Any]]
    left_out: int
    place: Place
    """Where the lines begin."""


def since(view: View, place: Place, heard: Place, limit: int) -> Since:
    """The latest lines since `place`: at most `limit`, and of no more than `LARGEST`.

    `heard` is how far somebody has come who follows. Raises `UnknownPosition`.
    """
    state = view.state()
    last = dict(state.position)
    for writer, number in heard.numbers.items():
        last[writer] = max(number, last.get(writer, 0))
    _check(place, last)
    after = {writer: min(number, last[writer]) for writer, number in place.position(last).items()}
    start, found = _back(view, after, last, limit)
    events = [event for event in found if event.number <= state.fences.get(event.writer, event.number)]
    kept, before = _latest(events, limit)
    left_out = sum(start.values()) - sum(after.values()) + len(before)
    return Since(lines=lines(kept, view.redaction), left_out=left_out, place=_behind(place, start, before, kept))


def _back(view: View, after: dict[str, int], last: dict[str, int], limit: int) -> tuple[dict[str, int], list[Event]]:
    """Where the latest begin, and they: read again from further back for as long as they are few, and small."""
    count = FIRST
    while True:
        start = _start(after, last, min(count, limit))
        found = view.events_after(start)
        if start == after or count >= limit or sum(map(_size, found)) > LARGEST:
            return start, found
        count *= GROWTH


def _start(after: dict[str, int], last: dict[str, int], count: int) -> dict[str, int]:
    """Before the last `count` of each writer, and behind the runs before those that have so many."""
    start, found = dict(last), 0
    for _, writers in groupby(sorted(last, reverse=True), epoch_of):
        for writer in writers:
            start[writer] = max(after[writer], last[writer] - count)
            found += last[writer] - start[writer]
        if found >= count:
            break
    return start


def _latest(events: list[Event], limit: int) -> tuple[list[Event], list[Event]]:
    """As many of the latest as may be given, in order, and those before them."""
    events = sorted(events, key=lambda event: event.stamp)
    first, room = len(events), LARGEST
    while first > max(0, len(events) - limit) and room > 0:
        first -= 1
        room -= _size(events[first])
    return events[first:], events[:first]


def _behind(place: Place, start: dict[str, int], before: list[Event], kept: list[Event]) -> Place:
    """The place behind all that was left out."""
    behind = place.copy()
    if kept:
        behind.begin(max(place.epoch, min(epoch_of(event.writer) for event in kept)))
    for writer, number in (*start.items(), *((event.writer, event.number) for event in before)):
        behind.add(writer, number)
    return behind


def _size(event: Event) -> int:
    return len(msgspec.json.encode(event.body))


def lines(events: list[Event], shown: Any) -> list[dict[str, Any]]:
    """The events as plain data, without secrets."""
    return [shown(timeline.line(event)) for event in events]


def _check(place: Place, last: dict[str, int]) -> None:
    for writer, number in place.numbers.items():
        if writer not in last:
            raise UnknownPosition(position=place.token()[:64], reason="it is of another store or orchestrator")
        if number > last[writer]:
            raise UnknownPosition(position=place.token()[:64], reason="it lies behind the end")
