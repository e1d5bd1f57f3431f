"""Which of a session's items have gone: told of by later events, so that a reader who begins with the latest knows."""

from __future__ import annotations

from jarvis_ctx.model.event import Stamp

Spot = tuple[int, str, int, int]
"""Where an item stands: its event's time, writer and number, and its index there."""

BEGINNING: Spot = (0, "", 0, 0)
"""Before the first item of any session."""
END = 1 << 62
"""Beyond the last index of any event."""


class Gone:
    """The ranges that were told of so far; both ends belong to them."""

    def __init__(self) -> None:
        self._single: set[Spot] = set()
        self._until: Spot = BEGINNING
        """Everything up to here has gone."""
        self._ranges: list[tuple[Spot, Spot]] = []

    def add(self, first: Spot, last: Spot) -> None:
        """The items from `first` to `last` have gone."""
        if first == last:
            self._single.add(first)
        elif first == BEGINNING:
            self._until = max(self._until, last)
        else:
            self._ranges.append((first, last))

    def has(self, spot: Spot) -> bool:
        """Whether this item has."""
        return spot <= self._until or spot in self._single or any(a <= spot <= b for a, b in self._ranges)

    def has_all_until(self, stamp: Stamp) -> bool:
        """Whether every item of this event has, and of every earlier one."""
        return (*stamp, END) <= self._until
