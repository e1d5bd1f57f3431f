"""Which tasks a death cut off, against which of them it counts, and which have died of it too often."""

from __future__ import annotations

from typing import NamedTuple

from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.run import CauseOfDeath, RunRecord
from jarvis_ctx.model.state import State
from jarvis_ctx.model.task import Attempt, TaskRecord
from jarvis_ctx.recovery.policy import Policy


class Victims(NamedTuple):
    """The tasks that were in flight: all, those the death counts against, and those not to be run again."""

    interrupted: dict[TaskId, TaskRecord]
    counted: set[TaskId]
    quarantined: set[TaskId]


def victims_of(state: State, dead: RunRecord, cause: CauseOfDeath, policy: Policy) -> Victims:
    """The same however much of a plan for this death has been acted on already."""
    recovered = min((run.started for run in state.runs.values() if run.epoch > dead.epoch), default=None)
    cut_off = {task.id: _cut_off(task, dead, recovered) for task in state.tasks.values()}
    interrupted = {id: state.tasks[id] for id, attempts in cut_off.items() if attempts}
    alone = {id for id in interrupted if any(attempt.alone for attempt in cut_off[id]) and not cause.explained}
    counted = {id for id in alone if any(attempt.alone for attempt in interrupted[id].in_flight)}
    quarantined = {id for id in alone if interrupted[id].deaths_alone + (id in counted) >= policy.max_attempts}
    return Victims(interrupted, counted, quarantined)


def _cut_off(task: TaskRecord, dead: RunRecord, recovered: int | None) -> list[Attempt]:
    """The calls that the death cut off, those too of which a recovery that was itself cut off has said so.

    That began at `recovered`. Before it, only the death of a worker cuts a call off, which another may have taken up.
    Nobody died of a call that a restore has undone.
    """
    latest = {attempt.method: attempt for attempt in task.attempts.values()}

    def died_with_it(attempt: Attempt) -> bool:
        if attempt.outcome != "died" or attempt.undone or attempt.run != dead.id:
            return False
        told = recovered is not None and (attempt.ended or 0) >= recovered
        return told or latest[attempt.method] is attempt

    return [attempt for attempt in task.attempts.values() if attempt.outcome is None or died_with_it(attempt)]
