"""Which events of a session nothing needs any more: those whose items have all gone."""

from __future__ import annotations

from bisect import bisect_left

from jarvis_ctx.graphs.gone import Gone
from jarvis_ctx.graphs.history import ADDED, Told, stamp_of, told_of
from jarvis_ctx.graphs.ports import Place
from jarvis_ctx.graphs.source import Source
from jarvis_ctx.graphs.spent import Spent
from jarvis_ctx.graphs.standing import WHOLE
from jarvis_ctx.model.event import Stamp


def spent_items(source: Source, places: list[Place], gone_by: int, fences_by: int) -> Spent:
    """Of a session's events those whose items had gone by the time `gone_by` (µs).

    What says that others have gone goes as well once it is older than `fences_by`, which is no later, and nothing is
    left that it says so of: until then something may yet turn up. A damaged event stays.
    """
    if all(place.kind == ADDED for place in places):
        return {}
    rows = sorted(source.read(places[0].subject, WHOLE), key=stamp_of, reverse=True)
    stamps, found, gone = [stamp_of(row) for row in reversed(rows)], Spent(), Gone()
    for row in rows:
        told, stamp = told_of(source, row), stamp_of(row)
        if told is None:
            continue
        fence = told.first is not None and told.last is not None
        empty = all(gone.has((*stamp, index)) for index in range(len(told.items)))
        over = not fence or (row.time <= fences_by and not _hides(told, stamps, stamp))
        if gone.has_all_until(stamp) or (empty and over):
            found[row.writer, row.number] = frozenset()
        if told.first is not None and told.last is not None and row.time <= gone_by:
            gone.add(told.first, told.last)
    return found


def _hides(told: Told, stamps: list[Stamp], own: Stamp) -> bool:
    """Whether one of these, which are sorted, is earlier and says this of it that it has gone."""
    if told.first is None or told.last is None:
        return False
    at = bisect_left(stamps, told.first[:3])
    return at < len(stamps) and stamps[at] < own and (*stamps[at], 0) <= told.last
