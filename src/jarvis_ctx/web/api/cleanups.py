"""`POST cleanup`: what is older than it is to be kept, shown or removed."""

from __future__ import annotations

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from jarvis_ctx.web.answers import Answers
from jarvis_ctx.web.models import Ordered, Told
from jarvis_ctx.web.nouns import answers, noun, problems


class CleanupAsked(Ordered):
    """Whether to remove it."""

    dry_run: bool = Field(True, strict=True, description="Only say what would go. False removes it.")


class Cleaned(Told):
    """What goes, or went, as `jarvis-ctx cleanup --json` prints it."""

    orchestrator: str
    done: bool
    horizon: str
    decisions_since: str
    position: dict[str, int]
    advances: bool
    threads: int
    graph_checkpoints: int
    freed: int
    events: int
    decisions: int
    tasks: list[str]
    archives: list[str]
    reports: list[str]
    moved_aside: list[str]
    emergencies: list[str]
    values: int
    bytes: int
    database_bytes: int
    points_kept: list[str]
    retention_days: int


def cleanups(given: Answers) -> APIBlueprint:
    """The blueprint."""
    api = noun("cleanup", "How long things are kept.")

    @api.post(
        "/cleanup",
        summary="Show or remove what is older than it is to be kept.",
        responses=answers(Cleaned) | problems(409, 413, 415, 504),
    )
    def post_cleanup(body: CleanupAsked) -> Response:
        """Needs the scope `admin`. A live orchestrator is asked to remove it."""
        found = given.subject.cleanup(body.dry_run, body.timeout)
        if not body.dry_run:
            given.forget()
        return Response(given.encoded(given.shown(found.to_json())), content_type="application/json")

    return api
