"""Which events of a graph's thread nothing needs any more: what was dropped, but for values that later ones name."""

from __future__ import annotations

from operator import attrgetter

from jarvis_ctx.graphs import reach
from jarvis_ctx.graphs.ports import Place, Ref
from jarvis_ctx.graphs.reading import ROOM, Reader
from jarvis_ctx.graphs.source import ALL_OF_IT, Source
from jarvis_ctx.graphs.standing import DROPPED, PUT, THREAD, WRITES
from jarvis_ctx.graphs.subjects import beneath, parts_of, subject

NEVER = 1 << 62
"""Later than any time (µs)."""
Spent = dict[Ref, frozenset[str]]
"""Events that may go, each with the channels whose values must stay."""


def places_of(source: Source, thread: str) -> list[Place]:
    """All that was told of a thread."""
    return source.scan(*beneath(thread), ALL_OF_IT) + source.about(subject(thread))


def spent(source: Source, places: list[Place], dropped_by: int, fences_by: int) -> Spent:
    """Of a thread's events those that were dropped by the time `dropped_by` (µs), as far as nothing needs them.

    What tells of a drop goes as well once it is older than `fences_by` and nothing is left that it dropped: until then
    something may yet turn up. Raises `CorruptData` when what stands, or how far a drop reaches, cannot be read.
    """
    fences = {place.ref: place for place in places if place.kind in (DROPPED, THREAD)}
    settled = [fence for fence in fences.values() if fence.time <= dropped_by]
    if not settled:
        return {}
    until = {fence.ref: reach.verified(source, fence) for fence in settled if fence.kind == THREAD}
    whole = max(until.values(), default=0)
    single = {fence.subject: fence.time for fence in sorted(settled, key=attrgetter("time")) if fence.kind == DROPPED}
    told = [place for place in places if place.kind in (PUT, WRITES)]
    first = _first(told)
    gone = [place for place in told if place.time <= max(whole, single.get(place.subject, 0))]
    left = {place.ref for place in told} - {place.ref for place in gone}
    reader = Reader(source)
    needed = _needed(reader, [place for place in told if place.kind == PUT and place.ref in left]) if gone else {}
    found: Spent = {place.ref: frozenset(needed.get(place.ref, ())) for place in gone}
    stays = {ref for ref, channels in found.items() if channels and _holds(reader, ref) == channels}
    done = [
        fence
        for fence in settled
        if fence.time <= fences_by and first.get(fence.subject, NEVER) > until.get(fence.ref, fence.time)
    ]
    return {ref: channels for ref, channels in found.items() if ref not in stays} | {f.ref: frozenset() for f in done}


def _needed(reader: Reader, standing: list[Place]) -> dict[Ref, set[str]]:
    """The values that these checkpoints name, and those that these were built upon."""
    needed: dict[Ref, set[str]] = {}
    for first in range(0, len(standing), ROOM):
        page = standing[first : first + ROOM]
        reader.at_hand([place.ref for place in page])
        for place in page:
            record = reader.event(place.ref)
            for channel in record.versions:
                ref = record.where(channel, place.ref)
                while ref is not None and channel not in needed.setdefault(ref, set()):
                    needed[ref].add(channel)
                    ref = reader.base(channel, ref)
    return needed


def _holds(reader: Reader, ref: Ref) -> frozenset[str]:
    return frozenset(reader.event(ref).values)


def _first(told: list[Place]) -> dict[str, int]:
    """When the first was told that is there about each checkpoint, and about their whole thread."""
    first: dict[str, int] = {}
    for place in told:
        for about in (place.subject, subject(parts_of(place.subject)[0])):
            first[about] = min(place.time, first.get(about, NEVER))
    return first
