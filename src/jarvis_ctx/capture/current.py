"""Which task the running code belongs to: the one piece of context that follows a call."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

import msgspec

from jarvis_ctx.model.ids import TaskId


class CurrentTask(msgspec.Struct, kw_only=True, eq=False):
    """A claimed task while its call runs. The counters belong to this attempt and start anew with the next."""

    task: TaskId
    key: str
    """The attempt's key in the task's record."""
    alone: bool
    path: tuple[str, ...] = ()
    """Names of the steps that enclose the running code, outermost first."""
    occurrences: dict[str, int] = {}
    """How often each step has been called in this attempt, by its key without the count."""
    running: set[str] = set()
    """Keys of the steps that run now."""
    owner: Any = None
    """The sidecar the task was claimed in."""

    @property
    def method(self) -> str:
        """The captured method that was called."""
        return self.key.partition("#")[0]


class CurrentStep(msgspec.Struct, frozen=True, kw_only=True):
    """A kept step while its work runs, for an effect that honours an idempotency key or a fencing token."""

    name: str
    task: TaskId
    key: str
    idempotency_key: str
    """32 hex digits: the same in every try of this step until its task is done, after crashes, too; no other's."""
    epoch: int
    """Of the run; one that has been overtaken by a newer has a smaller one."""
    attempt: int
    """How often it has been started, this time and those before a crash included."""


current_task: ContextVar[CurrentTask | None] = ContextVar("jarvis_ctx_current_task", default=None)

redispatched: ContextVar[Any] = ContextVar("jarvis_ctx_redispatched", default=None)
"""The `Entry` of an unfinished call that the sidecar is making again, seen from inside that call."""

running_step: ContextVar[tuple[CurrentStep | None, CurrentTask | None]] = ContextVar(
    "jarvis_ctx_step", default=(None, None)
)
"""The step and the task it was begun in; a task begun within it has none."""


def current_step() -> CurrentStep | None:
    """The kept step whose work is running here; None outside any, in one that is not kept, and in another thread."""
    step, task = running_step.get()
    return step if task is current_task.get() else None
