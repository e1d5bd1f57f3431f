"""Tells an agent that is stuck, which beats and gets nowhere, from one that is stale, which is silent."""

from __future__ import annotations

from collections.abc import Iterable

from jarvis_ctx.clock import MICROSECONDS
from jarvis_ctx.model.agent import AgentRecord, Lease
from jarvis_ctx.model.task import TaskRecord


def last_progress(record: AgentRecord | None, lease: Lease | None, tasks: Iterable[TaskRecord]) -> int | None:
    """When the agent last got on, µs: it was reported on, one of its tasks was, or its beats said something new."""
    signs = [task.updated[0] for task in tasks]
    if lease is not None:
        signs.append(lease.moved)
    if record is not None:
        signs.append(record.updated[0])
    return max(signs, default=None)


def is_stuck(
    record: AgentRecord | None, lease: Lease | None, tasks: Iterable[TaskRecord], moment: int, stuck_after: float
) -> bool:
    """Whether an agent that is alive at `moment` (µs) has had work in hand for `stuck_after` seconds without progress.

    `tasks` are the agent's own. Work in hand is a task in progress; one that waits for a blocker holds nobody up.
    """
    tasks = [task for task in tasks if task.shown_status == "in_progress" and not task.blockers]
    progress = last_progress(record, lease, tasks)
    return bool(tasks) and progress is not None and moment - progress > stuck_after * MICROSECONDS
