"""A captured call of a method that works on a task: what claiming it must know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from jarvis_ctx.model.ids import TaskId


class TaskCall(msgspec.Struct, frozen=True, kw_only=True):
    """A captured call of a method that works on a task."""

    method: str
    task: TaskId
    description: str = ""
    agent: str = ""
    metadata: dict[str, Any] | None = None
    """What else is to be known of the task from its claim on."""
    completes: bool = True
    """Whether the call's return completes the task; False where the orchestrator says so itself (`complete_task`)."""
    made: dict[str, Any] | None = None
    """What is kept of the call so that it can be made again after a crash (`Calls.keep`)."""
    asking: Callable[[Callable[..., Any]], Callable[..., Any]] = lambda ask: ask
    """Makes what another call raises this call's own, for whoever tells the person's errors from ours."""
    can_wait: bool = True
    """Whether `arun` may await: not for a generator, which is driven without an event loop."""
