"""What is written in a figure's calls: the progress of a task as an orchestrator reports it, one of a thousand."""

from __future__ import annotations

from typing import Any

TASKS = 1_000


def task_id(number: int) -> str:
    return f"review:package/module_{number % TASKS:04d}.py"


def progress(number: int) -> dict[str, Any]:
    """290 bytes of JSON; every call's differ from the last ones of the same task."""
    done = number // TASKS % 100
    return {
        "description": "Review the module: parse it, measure it, follow its imports, decide how grave each finding is",
        "status": "in_progress",
        "percentage": done,
        "completed_subtasks": ["parse", "measure", "imports"],
        "blockers": ["waits for the metrics of the modules it imports"],
    }
