"""A named piece of work inside a task, done once."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from jarvis_ctx.model.event import Stamp
from jarvis_ctx.model.ids import RunId, TaskId

StepStatus = Literal["started", "finished", "failed"]


class StepRecord(msgspec.Struct, frozen=True, kw_only=True):
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


def never_asked(step: str, task: str) -> str:
    """What is said of a step in doubt that its task was completed without: its effect may have happened twice."""
    why = "the re-run called it with other arguments, or not at all"
    return f"Step {step} of {task} was in doubt and was never asked about: {why}"
