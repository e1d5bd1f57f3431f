"""How long captured calls wait until they are acknowledged, as a histogram; kept only where the API is served."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

from jarvis_ctx.clock import MICROSECONDS
from jarvis_ctx.journal.writer import Writer

BOUNDS = (5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000, 1_000_000)
"""Upper bounds of the buckets, µs."""


class AppendTimes:
    """Counts each append of a writer by how long it took from its event's time to its acknowledgement."""

    def __init__(self, writer: Writer, wall: Callable[[], int]) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.total = 0
        self._state, self._wall, self._then = writer.state, wall, writer.after_append
        writer.after_append = self._acknowledged

    def _acknowledged(self, number: int) -> None:
        if self._then is not None:
            self._then(number)
        took = max(0, self._wall() - self._state.stamp[0])
        self.counts[bisect_left(BOUNDS, took)] += 1
        self.total += took

    def buckets(self) -> list[tuple[str, float]]:
        """As Prometheus has them: each bound in seconds with how many took no longer."""
        found, sum_ = [], 0
        for bound, count in zip((*BOUNDS, None), self.counts, strict=True):
            sum_ += count
            found.append(("+Inf" if bound is None else repr(bound / MICROSECONDS), float(sum_)))
        return found
