"""A call of a decorated method, its task claimed before and finished after, over the plain call."""

from __future__ import annotations

from itertools import count
from typing import Any

from jarvis_ctx import integrate_context_manager
from tests.benchmarks.beside_sqlite import Ground, ground
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.rounds import Sample, difference, extra, interleaved, p50, p99, timed, typical

PAUSE = 0.001
"""Seconds between two calls of the second figure."""
PACED_CALLS = 60
"""Calls of one of its rounds, either side."""


def orchestrator() -> type:
    """A class with one method, of which each caller gets its own. Its work is nothing, so only what is added counts."""

    class Reviews:
        def assign_task(self, task: dict[str, Any]) -> dict[str, Any]:
            return {"task": task["id"], "findings": 3, "severity": "minor"}

    return Reviews


class Calls:
    """Rounds of calls on both sides, each call of a task of its own."""

    def __init__(self, both: Ground) -> None:
        attach = integrate_context_manager(path=both.manager.settings.path, handle_signals=False)
        self._both, self._numbers = both, count(0)
        self._plain, self._decorated = orchestrator()(), attach(orchestrator())()

    def plain(self, calls: int, pause: float = 0.0) -> list[Sample]:
        """Calls of the method as its author wrote it."""
        return self._round(self._plain, calls, pause)

    def decorated(self, calls: int, pause: float = 0.0) -> list[Sample]:
        """Calls of the same method, captured."""
        return self._round(self._decorated, calls, pause)

    def _round(self, reviews: Any, calls: int, pause: float) -> list[Sample]:
        tasks = [{"id": f"task-{next(self._numbers)}", "description": "Review one module"} for _ in range(calls)]
        samples = timed(lambda at: reviews.assign_task(tasks[at]), range(calls), pause)
        self._both.manager.flush()
        return samples


def measure(effort: Effort) -> list[Figure]:
    """Microseconds added to the median call: in bursts, and with pauses as between calls that wait for an agent."""
    rounds, calls = effort.rounds // 2, effort.calls // 2
    with ground() as both:
        made = Calls(both)
        burst = interleaved(
            {
                "plain": lambda: made.plain(calls),
                "decorated": lambda: made.decorated(calls),
                "captured": lambda: both.captured(calls),
                "bare": lambda: both.bare(calls),
            },
            rounds,
        )
        paced = interleaved(
            {
                "plain": lambda: made.plain(PACED_CALLS, PAUSE),
                "decorated": lambda: made.decorated(PACED_CALLS, PAUSE),
                "captured": lambda: both.captured(PACED_CALLS, PAUSE),
                "bare": lambda: both.bare(PACED_CALLS, PAUSE),
            },
            effort.busy_rounds,
        )
        if len(both.manager.tasks()) < calls * rounds:
            raise RuntimeError("The decorated calls were not captured.")
    paced_name = f"the same, {PAUSE * 1000:g} ms between the calls"
    return [
        _figure("a decorated method (claim + finish) over the plain method", burst, reach=25, aim=12),
        _beside_bare("the same over one bare SQLite transaction", burst),
        _figure(paced_name, paced),
        _beside_bare(f"{paced_name}, over one bare SQLite transaction", paced),
    ]


Measured = dict[str, list[list[Sample]]]


def _figure(what: str, measured: Measured, *, reach: float | None = None, aim: float | None = None) -> Figure:
    decorated, captured = measured["decorated"], typical(measured["captured"], p50)
    return Figure(
        what=what,
        value=difference(decorated, measured["plain"], p50),
        unit="µs",
        reach=reach,
        aim=aim,
        rounds=_rounds(decorated),
        details=[
            f"p99 of the decorated method {typical(decorated, p99):.0f} µs.",
            f"One captured `update_task_progress` took {captured:.1f} µs in the same rounds: the two events of a "
            f"claimed call are {2 * captured:.1f} µs of it.",
        ],
    )


def _beside_bare(what: str, measured: Measured) -> Figure:
    """What the decorator adds, in transactions: microseconds do not carry over from one machine to another."""
    return Figure(
        what=what,
        value=extra(measured["decorated"], measured["plain"], measured["bare"], p50),
        unit="×",
        rounds=_rounds(measured["decorated"]),
        details=[f"One bare transaction took {typical(measured['bare'], p50):.1f} µs in the same rounds."],
    )


def _rounds(measured: list[list[Sample]]) -> str:
    return f"{len(measured)} rounds of {len(measured[0])} calls a side"
