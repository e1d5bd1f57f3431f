"""The tasks as a board: a column for each status they are shown with."""

from __future__ import annotations

import heapq
from typing import Any

from jarvis_ctx.insight.tasks import SHOWN, Wanted, line
from jarvis_ctx.model.state import State
from jarvis_ctx.model.task import TaskRecord


def columns(state: State, wanted: Wanted, most: int) -> list[dict[str, Any]]:
    """For each status its name, `count`, and as `tasks` the `most` that changed last; in one pass over all tasks."""
    found: dict[str, list[TaskRecord]] = {status: [] for status in SHOWN}
    everything = wanted == Wanted()
    for task in state.tasks.values():
        if everything or wanted.takes(task):
            found[task.shown_status].append(task)
    return [
        {
            "status": status,
            "count": len(tasks),
            "tasks": [line(task, state) for task in heapq.nlargest(most, tasks, key=lambda task: task.updated)],
        }
        for status, tasks in found.items()
    ]
