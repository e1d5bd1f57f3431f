"""A captured call against one bare SQLite transaction of the same values."""

from __future__ import annotations

from tests.benchmarks.beside_sqlite import ground
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.rounds import interleaved, p50, p99, ratio, typical

WHAT = "captured `update_task_progress` over one bare SQLite transaction"


def measure(effort: Effort) -> list[Figure]:
    """p50 and p99 as ratios to the transaction in the same round."""
    with ground() as both:
        sides = {"bare": lambda: both.bare(effort.calls), "captured": lambda: both.captured(effort.calls)}
        measured = interleaved(sides, effort.rounds)
    captured, bare = measured["captured"], measured["bare"]
    figures = []
    for name, statistic, reach, aim in (("p50", p50, 0.7, 0.35), ("p99", p99, 1.0, 0.5)):
        absolute = f"Captured {typical(captured, statistic):.1f} µs, bare {typical(bare, statistic):.1f} µs."
        figures.append(
            Figure(
                what=f"{WHAT}, {name}",
                value=ratio(captured, bare, statistic),
                unit="×",
                reach=reach,
                aim=aim,
                rounds=f"{effort.rounds} rounds of {effort.calls} calls a side",
                details=[absolute],
            )
        )
    return figures
