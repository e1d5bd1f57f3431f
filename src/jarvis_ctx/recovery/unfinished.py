"""Which calls of a crashed chain of runs are unfinished, so that a sidecar which redispatches makes them again."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import UNSET

from jarvis_ctx.capture.unfinished import Unfinished, unfinished
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.state import State
from jarvis_ctx.model.task import Attempt, TaskRecord


def unfinished_calls(state: State, chain: str, quarantined: Collection[TaskId]) -> list[Unfinished]:
    """One for each method and task with work left, in the order they were claimed in.

    Those that died, and those that returned without completing their task (`complete_task` was to follow). Not those
    that failed: the program was told. Not those made by another unfinished call, which will make them again itself.
    """
    runs = state.runs_of(chain)
    left = {
        (task.id, attempt.key): attempt
        for task in state.tasks.values()
        if not (task.quarantined or task.id in quarantined)
        for attempt in _left(task)
        if attempt.run in runs
    }
    outermost = [(task, attempt) for (task, _), attempt in left.items() if _enclosing(attempt) not in left]
    ordered = sorted(outermost, key=lambda found: (found[1].claimed, found[0], found[1].key))
    return [unfinished(task, attempt.method, attempt.call) for task, attempt in ordered]


def _left(task: TaskRecord) -> list[Attempt]:
    """The latest call of each of a task's methods, where it left work to do."""
    if task.done or task.shown_status in ("failed", "cancelled"):
        return []
    latest = {attempt.method: attempt for attempt in task.attempts.values()}
    return [a for a in latest.values() if a.outcome in (None, "died") or (a.outcome == "finished" and not a.stands)]


def _enclosing(attempt: Attempt) -> tuple[TaskId, str] | None:
    """The task and key of the call that made this one."""
    within = attempt.call.get("within") if attempt.call is not UNSET else None
    return (TaskId(within[0]), within[1]) if isinstance(within, list) and len(within) == 2 else None
