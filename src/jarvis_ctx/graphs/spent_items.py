"""Which events of a session nothing needs any more: those whose items have all gone."""

from __future__ import annotations

from jarvis_ctx.graphs.gone import END, Gone
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
    stamps, found, gone = [stamp_of(row) for row in rows], Spent(), Gone()
    for at, row in enumerate(rows):
        told, stamp = told_of(source, row), stamps[at]
        if told is None:
            continue
        fence = told.first is not None and told.last is not None
        empty = all(gone.has((*stamp, index)) for index in range(len(told.items)))
        over = not fence or (row.time <= fences_by and not _hides(told, stamps[at + 1 :]))
        if gone.has_all_until(stamp) or (empty and over):
            found[row.writer, row.number] = frozenset()
        if told.first is not None and told.last is not None and row.time <= gone_by:
            gone.add(told.first, told.last)
    return found


def _hides(told: Told, earlier: list[Stamp]) -> bool:
    """Whether one of these is there of which this says that it has gone."""
    if told.first is None or told.last is None:
        return False
    first, last = told.first, told.last
    return any((*stamp, 0) <= last and first <= (*stamp, END) for stamp in earlier)
