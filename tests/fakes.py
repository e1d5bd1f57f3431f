"""A clock that stands still until a test moves it."""

from __future__ import annotations

MOMENT = 1_700_000_000_000_000
"""Microseconds since 1970: where the fake clock starts."""


class FakeClock:
    """The `Clock` port: `wall` in microseconds, `steady` in seconds, both settable."""

    def __init__(self, wall: int = MOMENT, steady: float = 1000.0) -> None:
        self.time, self.elapsed = wall, steady

    def wall(self) -> int:
        return self.time

    def steady(self) -> float:
        return self.elapsed

    def boot(self) -> float:
        return self.elapsed

    def advance(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        self.time += round(seconds * 1_000_000)
        self.elapsed += seconds
