"""The tasks as a board: a column for each status they are shown with."""

from __future__ import annotations

import heapq
from typing import Any

from jarvis_ctx.insight.tasks import SHOWN, Wanted, line
from jarvis_ctx.model.part import KEY, part_of
from jarvis_ctx.model.state import State
from jarvis_ctx.model.task import TaskRecord


def columns(state: State, wanted: Wanted, most: int) -> list[dict[str, Any]]:
    """For each status its name, `count`, and as `tasks` the `most` that changed last; in one pass over all tasks.

    Parts that are completed count and are not among them: what they are part of stands for them.
    """
    found: dict[str, list[TaskRecord]] = {status: [] for status in SHOWN}
    everything = wanted == Wanted()
    for task in state.tasks.values():
        if everything or wanted.takes(task):
            found[task.shown_status].append(task)
    return [
        {
            "status": status,
            "count": len(tasks),
            "tasks": [line(task, state) for task in _latest(tasks, state, most)],
        }
        for status, tasks in found.items()
    ]


def _latest(tasks: list[TaskRecord], state: State, most: int) -> list[TaskRecord]:
    shown = (task for task in tasks if KEY not in task.metadata or not _stood_for(task, state))
    return heapq.nlargest(most, shown, key=lambda task: task.updated)


def _stood_for(task: TaskRecord, state: State) -> bool:
    return task.shown_status == "completed" and part_of(task).of in state.tasks
