"""`GET recovery-points`, `GET diff`, `POST restore`: what can be gone back to, what that changes, and going there."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from jarvis_ctx.insight import diff as comparing
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.web.answers import Answers
from jarvis_ctx.web.models import Asked, Ordered, Told
from jarvis_ctx.web.nouns import answers, noun, problems

VERIFIED = 5.0
"""Seconds for which the points are not read and verified again: each costs as much as a start."""
MOMENT = "A point's label or id, a run's id, an ISO 8601 time, or `now`."


class Point(Told):
    """A recovery point; `kept` is database, file, both or nowhere."""

    label: str
    id: str
    time: str
    run: str
    epoch: int
    events: int
    tasks: int
    agents: int
    position: dict[str, int]
    kept: str
    verifies: bool
    problems: list[str]


class Points(Told):
    """Recovery points, oldest first."""

    items: list[Point]
    next: None


class DiffAsked(Asked):
    """Which two moments."""

    a: str = Field(min_length=1, max_length=512, description=MOMENT)
    b: str = Field("now", min_length=1, max_length=512, description=MOMENT)


class Diff(Told):
    """What changed from `a` to `b`, as `jarvis-ctx diff --json` prints it."""

    orchestrator: str
    complete: bool
    empty: bool
    a: dict[str, Any]
    b: dict[str, Any]
    tasks: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    agents: list[dict[str, Any]]
    attributes: list[dict[str, Any]]
    objects: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    conversation: list[dict[str, Any]]


class RestoreAsked(Ordered):
    """Where to go back to."""

    point: str = Field(min_length=1, max_length=512, pattern=r"^[^\x00]+$", description=MOMENT)


class Restored(Told):
    """The state is that of `moment` again; `undo` is the id of the point that leads back."""

    at: str
    moment: str
    position: dict[str, int]
    stamp: list[int | str]
    undo: str


def points(given: Answers) -> APIBlueprint:
    """The blueprint."""
    api = noun("points", "What can be gone back to.")

    @api.get("/recovery-points", summary="The recovery points, oldest first, each verified.", responses=answers(Points))
    def get_recovery_points() -> Response:
        """Every copy of each is read and verified, at most every five seconds."""
        return given.give("points", _points, settled=VERIFIED)

    @api.get("/diff", summary="What changed between two moments.", responses=answers(Diff) | problems(404))
    def get_diff(query: DiffAsked) -> Response:
        """Tasks, steps, agents, attributes and objects field by field, and what only one has in its history."""
        return given.give(
            f"diff {query!r}", lambda insight: comparing.to_json(insight.diff(query.a, query.b)), whole=True
        )

    @api.post(
        "/restore",
        summary="Go back to a moment in a new branch; nothing is deleted.",
        responses=answers(Restored) | problems(404, 409, 413, 415, 504),
    )
    def post_restore(body: RestoreAsked) -> Response:
        """Needs the scope `admin`. A live orchestrator is asked to; `GET diff?a=now&b=...` shows what would change."""
        done = given.subject.restore(body.point, body.timeout)
        given.forget()
        return Response(given.encoded(done.to_json()), content_type="application/json")

    return api


def _points(insight: Insight) -> dict[str, Any]:
    return {"items": [msgspec.structs.asdict(point) for point in insight.points()], "next": None}
