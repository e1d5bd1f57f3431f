"""What was cleaned up is neither lost nor found again: a copy of it that turns up is left out."""

from __future__ import annotations

from jarvis_ctx.clock import iso
from jarvis_ctx.journal import fold
from jarvis_ctx.journal.gather import Gathered
from jarvis_ctx.journal.ranges import Range
from jarvis_ctx.model.cut import CUT, Cut
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.state import State


def cleaned(gathered: Gathered, base: State) -> list[Event]:
    """The events to fold into `base`; of what is missing, only what was not cleaned up stays in `gathered.lost`.

    A base from before the cut, or none, does not have what was cleaned up since; that is said in `gathered.damaged`.
    """
    cut = cut_of(gathered.events, base)
    if not cut.position:
        return gathered.events
    gathered.lost = {w: left for w, gaps in gathered.lost.items() if (left := _beyond(gaps, cut.position.get(w, 0)))}
    if any(base.position.get(writer, 0) < last for writer, last in cut.position.items()):
        gathered.damaged.append(
            f"What happened before {iso(cut.horizon)} was cleaned up, and {base.name} has no checkpoint that knew it: "
            "older tasks, agents and attributes are missing."
        )
    return [event for event in gathered.events if not cut.takes(event.writer, event.number, event.time, event.kind)]


def cut_of(events: list[Event], base: State) -> Cut:
    """The cut that these events and the state they belong to tell of."""
    told = fold.empty(base.name, 1)
    told.cut = base.cut
    for event in events:
        if event.kind == CUT:
            fold.apply(told, event)
    return told.cut


def _beyond(gaps: list[Range], last: int) -> list[Range]:
    return [(max(first, last + 1), end) for first, end in gaps if end > last]
