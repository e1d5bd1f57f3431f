"""Whether a command that has ended is started again, and after how long a pause; pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import msgspec

from jarvis_ctx.supervisor.orders import Restart

FIRST, FACTOR, LONGEST = 0.1, 2.0, 2.5
"""Seconds: a pause grows by the factor with each restart that the window still knows; none is longer than 2.5 s."""
JITTER = 0.5
"""The part of a pause that chance may take away, so that many supervisors of one machine do not start at once."""


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """It is to be started again, `pause` seconds from now; `number` restarts of the window are then used up."""

    pause: float
    number: int


class Enough(msgspec.Struct, frozen=True, kw_only=True):
    """It is not started again: `tripped`, since it has died too often."""

    tripped: bool


class Restarts:
    """Counts the restarts of the last `within` seconds; `chance` gives numbers from 0 to 1."""

    def __init__(self, restart: Restart, most: int, within: float, chance: Callable[[], float]) -> None:
        self._restart, self._most, self._within, self._chance = restart, most, within, chance
        self._made: deque[float] = deque()

    def after(self, now: float, *, failed: bool) -> Again | Enough:
        """What follows an end at `now`, seconds on a clock that never jumps."""
        if self._restart == "never" or (self._restart == "on-failure" and not failed):
            return Enough(tripped=False)
        while self._made and now - self._made[0] > self._within:
            self._made.popleft()
        if len(self._made) >= self._most:
            return Enough(tripped=True)
        pause = min(LONGEST, FIRST * FACTOR ** len(self._made))
        self._made.append(now)
        return Again(pause=pause * (1 - JITTER * self._chance()), number=len(self._made))
