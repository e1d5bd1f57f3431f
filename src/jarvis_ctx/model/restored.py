"""A return to an earlier moment: where the state went back to, and what it left behind."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec

from jarvis_ctx.clock import iso
from jarvis_ctx.model.event import Event, Stamp

Span = tuple[Stamp, Stamp]
"""Events after the first stamp, up to and with the second."""

NEVER: Stamp = (-1, "", 0)
FOREVER: Stamp = (2**63 - 1, "", 0)


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """One restore: at stamp `at` the state became that of the moment with this position and stamp."""

    at: Stamp
    moment: str
    """What was restored, as it is called: a point's label or id, or a time."""
    position: dict[str, int]
    stamp: Stamp
    undo: str
    """The id of the recovery point that was marked just before."""

    def to_json(self) -> dict[str, Any]:
        """As plain data, as docs/cli.md has it; of its own stamp the time alone."""
        return {**msgspec.structs.asdict(self), "at": iso(self.at[0]), "stamp": list(self.stamp)}


def branch(restores: Sequence[Restored]) -> list[Span]:
    """The stretches of time that the present state stands on, oldest first; `restores` in their order."""
    spans: list[Span] = []
    end, left = FOREVER, list(restores)
    while left:
        last = left.pop()
        if last.at <= end:  # A moment that was kept right after a return stands on that return.
            spans.append((last.at, end))
            end = last.stamp
    return [(NEVER, end), *reversed(spans)]


def abandoned(restores: Sequence[Restored]) -> list[Span]:
    """The stretches of time that no longer count, oldest first: between a moment and the return to it."""
    return [(end, begin) for (_, end), (begin, _) in pairwise(branch(restores))]


def abandoned_times(restores: Sequence[Restored]) -> list[tuple[int, int]]:
    """The same stretches in µs; what happened between the two no longer counts."""
    return [(after[0], until[0]) for after, until in abandoned(restores)]


def stands_on(restores: Sequence[Restored], position: dict[str, int], event: Event) -> bool:
    """Whether a state with these restores and this position has `event` in its history.

    A position decides, not a time: what a moment had not read when it was kept is not part of it, however early.
    """
    end = FOREVER
    for restored in reversed(restores):
        if restored.at <= end:
            if event.stamp > restored.at:
                break
            end, position = restored.stamp, restored.position
    return event.number <= position.get(event.writer, 0)
