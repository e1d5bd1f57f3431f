"""A named piece of work inside a task, done once."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from jarvis_ctx.model.event import Stamp
from jarvis_ctx.model.ids import RunId, TaskId

StepStatus = Literal["started", "finished", "failed"]


class StepRecord(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A step's latest state; `started` in a run that has died means *in doubt*."""

    task: TaskId
    key: str
    name: str
    run: RunId
    status: StepStatus
    updated: Stamp
    result: Any = msgspec.UNSET
    kept: bool = False
    error: str = ""
    starts: int = 0
    """How often it was started."""
    idempotency: str = ""
    """The key handed to it for its effect."""
    doubt: str = "run"
    """What becomes of it when it is in doubt: `reconcile`, or its `on_doubt`."""


def never_asked(step: str, task: str) -> str:
    """What is said of a step in doubt that its task was completed without: its effect may have happened twice."""
    why = "the re-run called it with other arguments, or not at all"
    return f"Step {step} of {task} was in doubt and was never asked about: {why}"
