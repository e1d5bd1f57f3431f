"""Which events of a session nothing needs any more: those whose items have all gone."""

from __future__ import annotations

from bisect import bisect_left

from jarvis_ctx.graphs import reach
from jarvis_ctx.graphs.gone import Gone, Spot
from jarvis_ctx.graphs.history import ADDED, CLEARED, stamp_of, told_of
from jarvis_ctx.graphs.ports import Place
from jarvis_ctx.graphs.source import Source
from jarvis_ctx.graphs.spent import Spent
from jarvis_ctx.model.event import Stamp


def spent_items(source: Source, places: list[Place], gone_by: int, fences_by: int) -> Spent:
    """Of a session's events those whose items had gone by the time `gone_by` (µs).

    What says that others have gone goes as well once it is older than `fences_by`, which is no later, and nothing is
    left that it says so of: until then something may yet turn up. A damaged event stays. Raises `CorruptData` when it
    cannot be read until when the session was cleared.
    """
    if all(place.kind == ADDED for place in places):
        return {}
    for place in places:
        if place.kind == CLEARED:
            reach.verified(source, place)
    rows = sorted(source.read(places[0].subject), key=stamp_of, reverse=True)
    stamps, found, gone = [stamp_of(row) for row in reversed(rows)], Spent(), Gone()
    for row in rows:
        told, stamp = told_of(source, row), stamp_of(row)
        if told is None:
            continue
        empty = all(gone.has((*stamp, index)) for index in range(len(told.items)))
        over = told.gone is None or (row.time <= fences_by and not _hides(told.gone, stamps, stamp))
        if gone.has_all_until(stamp) or (empty and over):
            found[row.writer, row.number] = frozenset()
        if told.gone is not None and row.time <= gone_by:
            gone.add(*told.gone)
    return found


def _hides(gone: tuple[Spot, Spot], stamps: list[Stamp], own: Stamp) -> bool:
    """Whether of these, which are sorted, one before our own has items in this range."""
    first, last = gone
    at = bisect_left(stamps, first[:3])
    return at < len(stamps) and stamps[at] < own and (*stamps[at], 0) <= last
