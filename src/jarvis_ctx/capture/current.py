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


current_task: ContextVar[CurrentTask | None] = ContextVar("jarvis_ctx_current_task", default=None)

redispatched: ContextVar[Any] = ContextVar("jarvis_ctx_redispatched", default=None)
"""The `Entry` of an unfinished call that the sidecar is making again, seen from inside that call."""
