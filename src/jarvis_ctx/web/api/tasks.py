"""`GET task-progress`: every task with its progress."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.insight.tasks import Wanted
from jarvis_ctx.web.answers import Answers
from jarvis_ctx.web.models import Told
from jarvis_ctx.web.nouns import answers, noun, problems
from jarvis_ctx.web.pages import Paged, dealt


class Task(Told):
    """A task: how far it is, and what is in its way."""

    id: str
    title: str
    group: str
    description: str
    status: str
    shown_status: str
    percentage: float | None
    completed_subtasks: list[Any]
    blockers: list[Any]
    dependencies: list[Any]
    agent: str | None
    metadata: Any
    created: str
    updated: str
    attempts: int
    in_flight: bool
    interrupted: Any
    steps_finished: list[str]
    steps_open: list[str]
    steps_never_asked: list[str]
    deaths_alone: int
    quarantined: str


class TaskPage(Told):
    """Tasks, oldest first."""

    items: list[Task]
    next: str | None


class TasksAsked(Paged):
    """Which tasks."""

    status: str | None = Field(None, max_length=512, description="Only those with this status, as given or as shown.")
    agent: str | None = Field(None, max_length=512, description="Only those of this agent.")


def tasks(given: Answers) -> APIBlueprint:
    """The blueprint."""
    api = noun("tasks", "What is to do, what is done, what is in the way.")

    @api.get(
        "/task-progress",
        summary="The tasks with status, progress and blockers, oldest first.",
        responses=answers(TaskPage) | problems(404),
    )
    def get_task_progress(query: TasksAsked) -> Response:
        """A cursor goes on behind the last task of its page, whatever was added or has retired since."""

        def make(insight: Insight) -> dict[str, Any]:
            wanted = Wanted(status=query.status, agent=query.agent)
            ask = partial(insight.task_page, wanted, query.limit)
            return dealt(query, "task-progress", insight.name, tuple[int, str], ask)

        return given.give(f"tasks {query!r}", make, timeless=True)

    return api
