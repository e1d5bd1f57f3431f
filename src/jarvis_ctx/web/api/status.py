"""`GET status`: health at a glance."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from jarvis_ctx.web.answers import Answers
from jarvis_ctx.web.models import Asked, Told
from jarvis_ctx.web.nouns import answers, noun

MOST = 100
"""Unfinished tasks, and steps nobody was asked about, that are named unless it is said; `tasks` counts them all."""


class Status(Told):
    """As `jarvis-ctx status --json` prints it."""

    orchestrator: str
    path: str
    state: str
    pid: int | None
    run: dict[str, Any] | None
    last_end: dict[str, Any] | None
    last_event: str | None
    events: int
    tasks: dict[str, int]
    incomplete: list[dict[str, Any]]
    steps_in_doubt: int
    steps_never_asked: list[dict[str, str]]
    agents: dict[str, int]
    stale_agents: list[str]
    stuck_agents: list[str]
    objects: list[dict[str, Any]]
    checkpoint: dict[str, Any] | None
    lag: dict[str, Any]
    api: dict[str, str] | None
    capture_errors: dict[str, Any]
    unkept_steps: int
    unread: list[str]
    writers_refused: int
    recovery: dict[str, Any]
    healed: list[dict[str, Any]]
    supervisor: dict[str, Any] | None
    resources: dict[str, Any] | None
    damaged: list[str]


class StatusAsked(Asked):
    """How much of it."""

    limit: int = Field(MOST, ge=1, le=100_000, description="How many unfinished tasks are named.")


def status(given: Answers) -> APIBlueprint:
    """The blueprint."""
    api = noun("status", "Health at a glance.")

    @api.get("/status", summary="Life, tasks, agents, checkpoint, what lags behind.", responses=answers(Status))
    def get_status(query: StatusAsked) -> Response:
        """The unfinished tasks it names are the oldest; `task-progress` has all."""
        return given.give(f"status {query.limit}", lambda insight: insight.status(query.limit), _lasting)

    return api


def _lasting(found: dict[str, Any]) -> dict[str, Any]:
    checkpoint = found["checkpoint"]
    return {**found, "checkpoint": checkpoint and {**checkpoint, "age": None}}
