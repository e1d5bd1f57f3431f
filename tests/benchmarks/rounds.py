"""Interleaved rounds: A B A B …, so that a machine that slows down slows both, and what their samples say."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from statistics import fmean, median
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)
Sample = float
Side = Callable[[], list[Sample]]
"""One round of one side; returns what it measured."""
Statistic = Callable[[list[Sample]], float]


def interleaved(sides: Mapping[Name, Side], rounds: int) -> dict[Name, list[list[Sample]]]:
    """Each side's rounds in turn. One more, of each, goes before and is forgotten: it fills caches."""
    for side in sides.values():
        side()
    measured: dict[Name, list[list[Sample]]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            measured[name].append(side())
    return measured


def timed(call: Callable[[int], object], numbers: range, pause: float = 0.0) -> list[Sample]:
    """Microseconds that each `call(number)` took, each after a pause of so many seconds."""
    clock, samples = time.perf_counter_ns, []
    for number in numbers:
        if pause:
            time.sleep(pause)
        began = clock()
        call(number)
        samples.append(clock() - began)
    return [sample / 1000 for sample in samples]


def percentile(part: float) -> Statistic:
    """The smallest sample that `part` (0 to 1) of all samples do not exceed."""

    def of(samples: list[Sample]) -> float:
        ordered = sorted(samples)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))]

    return of


p50, p99, mean = percentile(0.50), percentile(0.99), fmean


def typical(rounds: list[list[Sample]], statistic: Statistic) -> float:
    """The median over the rounds of a round's statistic."""
    return median(statistic(samples) for samples in rounds)


def ratio(above: list[list[Sample]], below: list[list[Sample]], statistic: Statistic) -> float:
    """The median over the rounds of the two sides' ratio in the same round."""
    return median(statistic(a) / statistic(b) for a, b in zip(above, below, strict=True))


def difference(above: list[list[Sample]], below: list[list[Sample]], statistic: Statistic) -> float:
    """The median over the rounds of the two sides' difference in the same round."""
    return median(statistic(a) - statistic(b) for a, b in zip(above, below, strict=True))


def extra(
    above: list[list[Sample]], below: list[list[Sample]], unit: list[list[Sample]], statistic: Statistic
) -> float:
    """The median over the rounds of the two sides' difference, measured in a third side of the same round."""
    rounds = zip(above, below, unit, strict=True)
    return median((statistic(a) - statistic(b)) / statistic(c) for a, b, c in rounds)
