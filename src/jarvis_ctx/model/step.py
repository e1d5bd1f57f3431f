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
