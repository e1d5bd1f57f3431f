"""A call of a task's method, claimed before and finished after, over the plain call."""

from __future__ import annotations

from itertools import count
from typing import Any

from jarvis_ctx.capture.claims import TaskCall
from jarvis_ctx.model.ids import TaskId
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
        claims, reviews = both.manager.claims, Reviews()

        def claimed(number: int) -> None:
            task = tasks[number]
            call = TaskCall(method="assign_task", task=task["id"], description=task["description"])
            claims.run(call, lambda: reviews.assign_task(task))

        def plain_round() -> list[float]:
            return timed(lambda number: reviews.assign_task(tasks[number]), range(calls))

        def claimed_round() -> list[float]:
            for task in tasks:
                task["id"] = TaskId(f"task-{next(numbers)}")
            samples = timed(claimed, range(calls))
            both.manager.flush()
            return samples

        tasks: list[dict[str, Any]] = [{"id": "", "description": "Review one module"} for _ in range(calls)]
        measured = interleaved({"plain": plain_round, "claimed": claimed_round}, effort.rounds // 2)
    claimed_calls, plain_calls = measured["claimed"], measured["plain"]
    return [
        Figure(
            what="a decorated method (claim + finish) over the plain method",
            value=difference(claimed_calls, plain_calls, p50),
            unit="µs",
            reach=25,
            aim=12,
            rounds=f"{effort.rounds // 2} rounds of {calls} calls a side",
            details=[f"p99 of the decorated method {typical(claimed_calls, p99):.0f} µs."],
        )
    ]
