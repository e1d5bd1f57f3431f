"""A call of a decorated method, its task claimed before and finished after, over the plain call."""

from __future__ import annotations

from itertools import count
from typing import Any

from jarvis_ctx import integrate_context_manager
from tests.benchmarks.beside_sqlite import ground
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.rounds import difference, interleaved, p50, p99, timed, typical


class Reviews:
    """An orchestrator whose work is nothing, so that only what is added is measured."""

    def assign_task(self, task: dict[str, Any]) -> dict[str, Any]:
        return {"task": task["id"], "findings": 3, "severity": "minor"}


def measure(effort: Effort) -> list[Figure]:
    """Microseconds added to the median call, each of a task of its own."""
    numbers, calls = count(0), effort.calls // 2
    with ground() as both:
        attach = integrate_context_manager(path=both.manager.settings.path, handle_signals=False)
        decorated, plain = attach(type("Decorated", (Reviews,), {}))(), Reviews()

        def a_round(reviews: Reviews) -> list[float]:
            tasks = [{"id": f"task-{next(numbers)}", "description": "Review one module"} for _ in range(calls)]
            samples = timed(lambda at: reviews.assign_task(tasks[at]), range(calls))
            both.manager.flush()
            return samples

        measured = interleaved(
            {"plain": lambda: a_round(plain), "decorated": lambda: a_round(decorated)}, effort.rounds // 2
        )
        if len(both.manager.tasks()) < calls * effort.rounds // 2:
            raise RuntimeError("The decorated calls were not captured.")
    return [
        Figure(
            what="a decorated method (claim + finish) over the plain method",
            value=difference(measured["decorated"], measured["plain"], p50),
            unit="µs",
            reach=25,
            aim=12,
            rounds=f"{effort.rounds // 2} rounds of {calls} calls a side",
            details=[f"p99 of the decorated method {typical(measured['decorated'], p99):.0f} µs."],
        )
    ]
