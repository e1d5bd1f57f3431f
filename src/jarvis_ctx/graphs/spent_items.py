"""Which events of a session nothing needs any more: those whose items have all gone."""

from __future__ import annotations

from collections.abc import Iterator

from jarvis_ctx.graphs.gone import BEGINNING, END, Gone, spot_of
from jarvis_ctx.graphs.history import ADDED, CLEARED, Told, stamp_of, told_by
from jarvis_ctx.graphs.ports import Place
from jarvis_ctx.graphs.source import Source
from jarvis_ctx.graphs.spent import Spent

PAGE = 256


def spent_items(source: Source, places: list[Place], gone_by: int, fences_by: int) -> Spent:
    """Of a session's events those whose items had gone by the time `gone_by` (µs).

    What says that others have gone goes as well once it is older than `fences_by`, which is no later, and nothing is
    left that it says so of: until then something may yet turn up. A damaged event stays.
    """
    if all(place.kind == ADDED for place in places):
        return {}
    found, gone = list[Place](), Gone()
    for place, told in _backwards(source, sorted(places, key=stamp_of, reverse=True), gone):
        fence = told.first is not None and told.last is not None
        empty = all(gone.has(spot_of(place, index)) for index in range(len(told.items)))
        over = not fence or (place.time <= fences_by and not _hides(place, told, places))
        if gone.has_all_until(place) or (empty and over):
            found.append(place)
        if told.first is not None and told.last is not None and place.time <= gone_by:
            gone.add(told.first, told.last)
    return {place.ref: frozenset() for place in found}


def _backwards(source: Source, places: list[Place], gone: Gone) -> Iterator[tuple[Place, Told]]:
    """Each event that can be read, the latest first, with what it tells: of items, and which of them have gone."""
    for first in range(0, len(places), PAGE):
        page = places[first : first + PAGE]
        told = told_by(source, page)
        for place in page:
            if place.kind == CLEARED:
                yield place, Told([], BEGINNING, spot_of(place, 0))
            elif place.ref in told:
                yield place, told[place.ref]


def _hides(fence: Place, told: Told, places: list[Place]) -> bool:
    """Whether something earlier is there of which this says that it has gone."""
    if told.first is None or told.last is None:
        return False
    first, last = told.first, told.last
    earlier = (place for place in places if stamp_of(place) < stamp_of(fence))
    return any(spot_of(place, 0) <= last and first <= spot_of(place, END) for place in earlier)
