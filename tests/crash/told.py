"""What the segments of a dead store tell, call by call and number by number, kept before they are damaged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from jarvis_ctx.journal import read
from jarvis_ctx.journal.ranges import Range
from jarvis_ctx.journal.values import Values
from tests.crash.readings import findings
from tests.crash.sound import Key, drained, segments


class Told:
    """The events of all segments, as they stood when it was made."""

    def __init__(self, store: Path) -> None:
        values = Values(store / "journal")
        self._keys, self._last = set[Key](), dict[str, int]()
        self._tokens: dict[str, set[Key]] = defaultdict(set)
        for segment in segments(store / "journal"):
            self._keys |= {(segment.writer, found.number) for found in segment.frames}
            self._last[segment.writer] = max(self._last.get(segment.writer, 0), segment.last)
            for found in findings(read.events(segment, 0, values)):
                self._tokens[found.token].add((found.stamp[1], found.stamp[2]))

    def beyond(self, store: Path) -> set[Key]:
        """The numbers that stood in the segments and stand neither in those that are left nor in the database."""
        known = drained(store)
        left = {(segment.writer, found.number) for segment in segments(store / "journal") for found in segment.frames}
        return {key for key in self._keys - left if key[1] > known.get(key[0], 0)}

    def calls(self, keys: set[Key]) -> set[str]:
        """The calls that have an event among these."""
        return {token for token, theirs in self._tokens.items() if theirs & keys}

    def unacknowledged(self, acknowledged: Iterable[str]) -> set[Key]:
        """Each writer's last number, where it is of no call that returned: the mark may not know of it yet."""
        kept = {key for token in acknowledged for key in self._tokens.get(token, ())}
        return set(self._last.items()) - kept


def named(lost: Mapping[str, Iterable[Range]]) -> set[Key]:
    """All numbers of these ranges."""
    return {(w, number) for w, ranges in lost.items() for first, last in ranges for number in range(first, last + 1)}
