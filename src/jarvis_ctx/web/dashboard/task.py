"""`/tasks/one`: one task with all there is to know of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from pydantic import Field

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.model.ids import ID_LIMIT
from jarvis_ctx.recovery.stacks import own_frames
from jarvis_ctx.web.dashboard.rendered import Rendered
from jarvis_ctx.web.models import Asked

EVENTS, NAMED = 20, 12
"""The latest of its events that are shown, the rest is on the timeline; the tasks that wait for it that are named."""


class TaskShown(Asked):
    """Which task."""

    id: str = Field(min_length=1, max_length=ID_LIMIT)


def task(given: Rendered) -> Blueprint:
    """The blueprint."""
    return given.view("/tasks/one", TaskShown, _task)


def _task(insight: Insight, asked: TaskShown) -> Mapping[str, Any]:
    found = insight.task(asked.id, EVENTS)
    error = found["error"] if found is not None else None
    trace = own_frames(str(error.get("traceback", ""))) if error is not None else []
    return {"found": found, "trace": "\n".join(trace), "named": NAMED}
