"""How far back a drop of a whole thread or session reaches: to what it says, or else to when it was told."""

from __future__ import annotations

from typing import Any

from jarvis_ctx.errors import CorruptData
from jarvis_ctx.graphs.ports import Place, TimedEvent
from jarvis_ctx.graphs.source import Source, check_place
from jarvis_ctx.model.event import Event


def told_until(places: list[Place]) -> dict[str, Any]:
    """The body of a drop of no more than these, so that nothing goes that was told since they were looked at."""
    return {"until": max(place.time for place in places)}


def of_thread(source: Source, subject: str) -> int:
    """The time (µs) until which what was told of a thread has gone; 0 where it was never dropped.

    `subject` is the thread's own, about which there are only drops.
    """
    latest = source.about(subject, 1)
    if not latest or (reached := of_drop(source, latest[0])) == latest[0].time:
        return latest[0].time if latest else 0
    for place in source.about(subject):
        if place.time <= reached:
            break
        reached = max(reached, of_drop(source, place))
    return reached


def of_drop(source: Source, place: Place) -> int:
    """For a reader, the time (µs) until which one drop takes all; 0 for what is no drop of this, only found there."""
    try:
        told = source.events([place.ref])[place.ref]
    except CorruptData:
        return place.time
    return _reach(told.body, told.time) if (told.kind, told.subject) == (place.kind, place.subject) else 0


def verified(source: Source, place: Place) -> int:
    """As `of_drop`, for what cannot be undone. Raises `CorruptData` for what does not verify or is no drop of this."""
    told = source.events([place.ref])[place.ref]
    check_place(place, told.time, told.kind, told.subject)
    return _reach(told.body, told.time)


def of_row(source: Source, row: TimedEvent | Event) -> int:
    """As `of_drop`, of an event that was read. Raises `CorruptData` for what is no drop of this."""
    try:
        event = row if isinstance(row, Event) else source.event(row)
    except CorruptData:
        return row.time
    check_place(row, event.time, event.kind, event.subject)
    return _reach(event.body, row.time)


def _reach(body: dict[str, Any], time: int) -> int:
    """A drop that cannot be read, or that says nothing of it, takes all that was told before it."""
    until = body.get("until", time)
    return min(until, time) if type(until) is int else time
