"""`/tasks`: the tasks as a board, as a list of one status, and who waits for whom as a drawing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from pydantic import Field

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.insight.tasks import Wanted
from jarvis_ctx.web.dashboard import graph
from jarvis_ctx.web.dashboard.rendered import Rendered
from jarvis_ctx.web.pages import Paged, list_id, opened, sealed

CARDS, DRAWN = 12, 48
"""Tasks of a column; tasks of the drawing."""


class TasksShown(Paged):
    """Which tasks."""

    limit: int = Field(50, ge=1, le=200)
    status: str | None = Field(None, max_length=512)
    agent: str | None = Field(None, max_length=512)
    text: str | None = Field(None, max_length=512)


def board(given: Rendered) -> Blueprint:
    """The blueprint."""
    return given.view("/tasks", TasksShown, _tasks)


def _tasks(insight: Insight, asked: TasksShown) -> Mapping[str, Any]:
    wanted = Wanted(status=asked.status, agent=asked.agent, text=asked.text)
    if asked.status is not None:
        return {"page": _page(insight, asked, wanted)}
    columns = insight.board(wanted, CARDS)
    drawn = graph.laid_out(insight.dependencies(DRAWN))
    return {"columns": columns, "total": sum(column["count"] for column in columns), "graph": drawn}


def _page(insight: Insight, asked: TasksShown, wanted: Wanted) -> dict[str, Any]:
    of = list_id(asked, "tasks", insight.name)
    after = opened(asked.cursor, of, tuple[int, str]) if asked.cursor is not None else None
    found, last = insight.task_page(wanted, asked.limit, after)
    return {"items": found, "next": sealed(of, last) if last is not None else None}
