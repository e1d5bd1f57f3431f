"""`/tasks`: what belongs together as drawings, the tasks as a board or a list, and who waits for whom."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint
from pydantic import Field

from jarvis_ctx.insight.families import Most
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.insight.tasks import Wanted
from jarvis_ctx.web.dashboard import family, graph
from jarvis_ctx.web.dashboard.rendered import Rendered
from jarvis_ctx.web.pages import Paged, dealt

CARDS, DRAWN = 12, 48
"""Tasks of a column; tasks of the drawing of what waits for what."""
LATEST, WHOLE = Most(families=6, parts=12), Most(families=1, parts=200)
"""What is drawn of all that belongs together, and of one group."""


class TasksShown(Paged):
    """Which tasks."""

    limit: int = Field(50, ge=1, le=200)
    status: str | None = Field(None, max_length=512)
    agent: str | None = Field(None, max_length=512)
    group: str | None = Field(None, max_length=1024)
    text: str | None = Field(None, max_length=512)


def board(given: Rendered) -> Blueprint:
    """The blueprint."""
    return given.view("/tasks", TasksShown, _tasks)


def _tasks(insight: Insight, asked: TasksShown) -> Mapping[str, Any]:
    wanted = Wanted(status=asked.status, agent=asked.agent, group=asked.group, text=asked.text)
    drawn = _families(insight, asked.group) if wanted == Wanted(group=asked.group) else {"items": [], "left_out": 0}
    if asked.status is not None or asked.group is not None:
        ask = partial(insight.task_page, wanted, asked.limit)
        return {"page": dealt(asked, "tasks", insight.name, tuple[int, str], ask), "families": drawn}
    columns = insight.board(wanted, CARDS)
    waits = graph.laid_out(insight.dependencies(DRAWN))
    total = sum(column["count"] for column in columns)
    return {"columns": columns, "total": total, "graph": waits, "families": drawn}


def _families(insight: Insight, group: str | None) -> dict[str, Any]:
    found = insight.families(WHOLE if group else LATEST, group)
    return {**found, "items": [family.laid_out(each) for each in found["items"]]}
