"""How often a round may still fail, when so many were played: an upper bound at 95 %."""

from __future__ import annotations

from math import comb

ERROR = 0.05


def upper(failed: int, played: int) -> float:
    """Clopper and Pearson's exact one-sided bound; without a failure it is nearly 3 / `played`, the rule of three."""
    if failed >= played:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(failed, played, middle) > ERROR else (low, middle)
    return high


def _at_most(failed: int, played: int, rate: float) -> float:
    """How likely so few failures are at that rate."""
    return sum(comb(played, k) * rate**k * (1 - rate) ** (played - k) for k in range(failed + 1))
