"""The rules: how long events, decisions, finished tasks, threads and sessions are kept."""

from __future__ import annotations

import msgspec

from jarvis_ctx.clock import DAY
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.state import State


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Days that events are kept in store and archive, and that decisions are."""

    retention_days: int
    decision_days: int
    thread_days: int = 0
    """Days that a thread or a session is kept after the last that was told of it; 0: for ever."""
    thread_checkpoints_kept: int = 0
    """How many of the latest checkpoints of each thread are kept; 0: all."""

    def horizon(self, now: int) -> int:
        """The time (µs) before which events are cleaned up."""
        return max(0, now - self.retention_days * DAY)

    def decisions_since(self, now: int) -> int:
        """The time (µs) since which decisions are kept; never later than the events are."""
        return max(0, now - max(self.decision_days, self.retention_days) * DAY)


def retiring(state: State, now: int, horizon: int) -> list[TaskId]:
    """The finished tasks that leave the state.

    One of an earlier chain of runs, which no call can ask for again, a day after its last change. One of the present
    chain when that is beyond the retention horizon, as its kept result may stand in for a call until then.
    """
    runs = state.runs_of(state.chain)
    found = []
    for task in state.tasks.values():
        present = task.chain == state.chain or any(attempt.run in runs for attempt in task.attempts.values())
        if task.may_retire and task.updated[0] < (horizon if present else max(horizon, now - DAY)):
            found.append(task.id)
    return found
