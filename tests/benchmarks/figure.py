"""A figure: one line of docs/benchmarks.md, with what it was aimed at and how it came about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

Verdict = Literal["aim met", "reach met", "not met", "no target", "not measured"]


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One measured number in `unit`; `reach` is what it must not exceed, `aim` what it should come near.

    With `least` more is better: then `reach` is what it must not fall below. Without a `value` it could not be measured
    on this machine; `details` says why.
    """

    what: str
    value: float | None
    unit: str
    reach: float | None = None
    aim: float | None = None
    least: bool = False
    rounds: str
    details: list[str] = []
    """What else was seen, a sentence each."""

    @property
    def verdict(self) -> Verdict:
        """As measured, unrounded."""
        if self.value is None:
            return "not measured"
        if self.aim is not None and self._keeps(self.value, self.aim):
            return "aim met"
        if self.reach is None:
            return "no target"
        return "reach met" if self._keeps(self.value, self.reach) else "not met"

    def _keeps(self, value: float, target: float) -> bool:
        return value >= target if self.least else value <= target


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """How long to measure: the numbers of rounds, and of what happens in one."""

    rounds: int
    busy_rounds: int
    starts: int
    calls: int
    events: int
    checkpoints: int
    """Checkpoints a side whose time, or whose callers' time, is measured."""
    share: float
    """The part of the large stores that is planted: 1,000,000 events, 100,000 tasks, a day."""
    stored: int = 0
    """Events that the grown store is to have in all; what is not said is put into its table."""


FULL = Effort(rounds=60, busy_rounds=12, starts=15, calls=500, events=100_000, checkpoints=9, share=1)
QUICK = Effort(rounds=2, busy_rounds=1, starts=1, calls=50, events=1_000, checkpoints=1, share=0.002)

Measure = Callable[[Effort], list[Figure]]
