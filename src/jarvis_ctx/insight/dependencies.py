"""What waits for what: the tasks that name one another as dependency or blocker."""

from __future__ import annotations

import heapq
from collections.abc import Container
from typing import Any

from jarvis_ctx.model.state import State
from jarvis_ctx.model.task import TaskRecord


def graph(state: State, most: int) -> dict[str, Any]:
    """`tasks` (id, description, status, percentage), `edges` (from the one waited for, to the one that waits, and
    whether it `blocks`), and how many tasks are `left_out` of those that have an edge. Unfinished ones come first.
    """
    known = state.tasks
    naming = ((id, task) for id, task in known.items() if task.dependencies or task.blockers)
    waits = {id: names for id, task in naming if (names := _named(task, known))}
    linked = [state.tasks[id] for id in waits.keys() | {name for names in waits.values() for name in names}]
    first = heapq.nsmallest(most, linked, key=lambda task: (task.finished, task.created, task.id))
    shown = {task.id: task for task in first}
    edges = [
        {"from": name, "to": id, "blocks": blocks}
        for id in shown
        for name, blocks in waits.get(id, {}).items()
        if name in shown
    ]
    return {"tasks": [_line(task) for task in shown.values()], "edges": edges, "left_out": len(linked) - len(shown)}


def _named(task: TaskRecord, known: Container[Any]) -> dict[Any, bool]:
    """The tasks that a task names, and whether as a blocker; names of nothing known are none."""
    named = ((task.dependencies, False), (task.blockers, True))
    return {name: blocks for names, blocks in named for name in names if isinstance(name, str) and name in known}


def _line(task: TaskRecord) -> dict[str, Any]:
    return {
        "id": task.id,
        "description": task.description,
        "status": task.shown_status,
        "percentage": task.percentage,
    }
