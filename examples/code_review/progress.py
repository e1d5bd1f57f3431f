"""How far a task is, in the words of a progress board."""

from __future__ import annotations

from .records import Progress, Status, Task

SUBTASKS = ["parse", "metrics", "imports", "decide", "publish"]
REPORT_SUBTASKS = ["compose", "write"]


def after(task: Task, subtask: str, blockers: list[str]) -> Progress:
    """A review of which `subtask` and all before it are done."""
    done = SUBTASKS[: SUBTASKS.index(subtask) + 1]
    return {
        "description": task["description"],
        "status": "completed" if done == SUBTASKS else "in_progress",
        "percentage": 100 * len(done) // len(SUBTASKS),
        "completed_subtasks": done,
        "blockers": blockers,
    }


def of_report(task: Task, status: Status, done: int, blockers: list[str]) -> Progress:
    """The report with that many of its subtasks done; reviews still to be made are its blockers."""
    return {
        "description": task["description"],
        "status": status,
        "percentage": 100 * done // len(REPORT_SUBTASKS),
        "completed_subtasks": REPORT_SUBTASKS[:done],
        "blockers": blockers,
    }
