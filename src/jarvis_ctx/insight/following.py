"""What happens now and what has happened since a place, as lines of the timeline."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx.errors import UnknownPosition
from jarvis_ctx.insight import timeline
from jarvis_ctx.insight.view import View
from jarvis_ctx.journal.follow import Follow
from jarvis_ctx.journal.place import Place
from jarvis_ctx.model.event import Event


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


def since(view: View, place: Place, heard: Place, limit: int) -> Since:
    """The latest lines since `place`, at least `limit` if there are so many.

    `heard` is how far somebody has come who follows. Raises `UnknownPosition`.
    """
    state = view.state()
    last = dict(state.position)
    for writer, number in heard.numbers.items():
        last[writer] = max(number, last.get(writer, 0))
    _check(place, last)
    after = {writer: min(number, last[writer]) for writer, number in place.position(last).items()}
    start = {writer: max(number, last[writer] - limit) for writer, number in after.items()}
    left_out = sum(start.values()) - sum(after.values())
    events = [
        event for event in view.events_after(start) if event.number <= state.fences.get(event.writer, event.number)
    ]
    return Since(lines=lines(sorted(events, key=lambda event: event.stamp), view.redaction), left_out=left_out)


def lines(events: list[Event], shown: Any) -> list[dict[str, Any]]:
    """The events as plain data, without secrets."""
    return [shown(timeline.line(event)) for event in events]


def _check(place: Place, last: dict[str, int]) -> None:
    for writer, number in place.numbers.items():
        if writer not in last:
            raise UnknownPosition(position=place.token()[:64], reason="it is of another store or orchestrator")
        if number > last[writer]:
            raise UnknownPosition(position=place.token()[:64], reason="it lies behind the end")
