"""What must not grow, held against the samples: the medians of their first and last third, and their slope."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations
from statistics import median

import msgspec

from tests.soak.sample import Sample

WARM_UP = 120.0
"""Seconds at the beginning that are not judged: caches fill, and the first cycle is not yet through."""
GROWN = 3.0
"""Seconds after which a new process is looked at: before, it holds little."""
MIB = 2**20


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """The last third's median is at most `ratio` times the first's and `extra` more, and an hour adds at most `slope`.

    Besides, nothing is ever above `most`.
    """

    ratio: float = math.inf
    extra: float = 0.0
    slope: float = math.inf
    most: float = math.inf

    def __str__(self) -> str:
        if self.ratio == math.inf:
            return f"never above {self.most:g}"
        extra = f" + {self.extra:g}" if self.extra else ""
        return f"× {self.ratio:g}{extra}" + (f", {self.slope:+g} an hour" if self.slope < math.inf else "")


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """How something went: `first` and `last` are medians of thirds, `slope` is what an hour adds, all in `unit`."""

    what: str
    unit: str
    first: float
    last: float
    slope: float
    most: float
    limit: Limit

    @property
    def holds(self) -> bool:
        """Whether it kept its limit; a slope alone condemns nothing that ends where it began."""
        grown = self.last > self.first * self.limit.ratio + self.limit.extra
        climbs = self.slope > self.limit.slope and self.last > self.first
        return not grown and not climbs and self.most <= self.limit.most


Question = tuple[str, str, Callable[[Sample], float | None], Limit]
MEMORY = Limit(ratio=1.1, extra=2, slope=8)
DESCRIPTORS = Limit(ratio=1, extra=2, slope=2)
LATENCY = Limit(ratio=1.5, extra=20, slope=100)
START = Limit(ratio=1.25, extra=0.1, slope=0.5)
FILES = {"segments": Limit(most=48), "checkpoints": Limit(most=120), "others": Limit(most=48)}
"""Of two orchestrators, each of which keeps 10 checkpoints, and one an hour, in two files each."""
WEIGHT = Limit(ratio=1.1)


def judge(samples: list[Sample], warm_up: float = WARM_UP) -> list[Trend]:
    """Each trend of which there is enough to see."""
    late, found = [sample for sample in samples if sample.at >= warm_up], []
    for what, unit, look, limit in _questions(samples):
        points = [(sample.at, value) for sample in late if (value := look(sample)) is not None]
        if len(points) >= 6:
            found.append(_trend(what, unit, points, limit))
    return found


def _questions(samples: list[Sample]) -> Iterator[Question]:
    names = sorted({name for sample in samples for name in sample.processes})
    for name in names:
        yield f"memory, {name}", "MiB", partial(_held, name, "anonymous", MIB), MEMORY
    for name in names:
        yield f"open files, {name}", "", partial(_held, name, "descriptors", 1), DESCRIPTORS
    for name in sorted({name for sample in samples for name in sample.latency}):
        yield f"captured call, median, {name}", "µs", partial(_latency, name), LATENCY
    yield "processor time from start to work", "s", _start, START
    for kind, limit in FILES.items():
        yield f"files of the store, {kind}", "", partial(_count, kind), limit
    yield "store for 1,000 calls", "KiB", _weight, WEIGHT


def _held(name: str, fact: str, unit: float, sample: Sample) -> float | None:
    found = sample.processes.get(name)
    return float(getattr(found, fact)) / unit if found and found.age >= GROWN else None


def _latency(name: str, sample: Sample) -> float | None:
    return sample.latency[name].median * 1e6 if name in sample.latency else None


def _start(sample: Sample) -> float | None:
    return median(start.processor for start in sample.starts) if sample.starts else None


def _count(kind: str, sample: Sample) -> float | None:
    return sample.files[kind].count


def _weight(sample: Sample) -> float | None:
    size = sum(files.size for files in sample.files.values())
    return size / 1024 / (sample.calls / 1000) if sample.calls else None


def _trend(what: str, unit: str, points: list[tuple[float, float]], limit: Limit) -> Trend:
    values, third = [value for _, value in points], len(points) // 3
    return Trend(
        what=what,
        unit=unit,
        first=median(values[:third]),
        last=median(values[-third:]),
        slope=slope(points) * 3600,
        most=max(values),
        limit=limit,
    )


def slope(points: list[tuple[float, float]], most: int = 240) -> float:
    """What a second adds: Theil and Sen's, which single outliers do not move; of about `most` points, evenly spread."""
    pairs = combinations(points[:: len(points) // most + 1], 2)
    return median((later - earlier) / (then - before) for (before, earlier), (then, later) in pairs if then > before)
