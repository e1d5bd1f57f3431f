"""Whether the wall clock can be believed: cleaning up by a clock that has jumped would delete what is young."""

from __future__ import annotations

from jarvis_ctx.clock import MICROSECONDS, Clock

TOLERANCE = 60.0
"""Seconds the clocks may differ by, besides a thousandth of the time."""


class Agreement:
    """Holds for as long as the wall clock has gone as fast as the time since boot, from this object's making on."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._wall, self._boot = clock, clock.wall(), clock.boot()

    def holds(self, latest: int) -> bool:
        """`latest`: the time (µs) of the last event, behind which a right clock is not."""
        wall, boot = self._clock.wall(), self._clock.boot() - self._boot
        drift = abs((wall - self._wall) / MICROSECONDS - boot)
        return drift <= TOLERANCE + boot / 1000 and latest - wall <= TOLERANCE * MICROSECONDS
