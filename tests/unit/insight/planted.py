"""A clock that stands where a test puts it."""

from __future__ import annotations

import time


class PlantedClock:
    """Wall time in µs and steady seconds; both move by `advance` alone."""

    def __init__(self) -> None:
        self._wall, self._steady = time.time_ns() // 1000, 1000.0

    def wall(self) -> int:
        return self._wall

    def steady(self) -> float:
        return self._steady

    def boot(self) -> float:
        return self._steady

    def advance(self, seconds: float) -> None:
        self._wall += round(seconds * 1_000_000)
        self._steady += seconds
