"""`GET resources`: memory, processor, threads and files over time, of an orchestrator that is supervised."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from jarvis_ctx.web.answers import Answers
from jarvis_ctx.web.models import Asked, Told
from jarvis_ctx.web.nouns import answers, noun


class Sample(Told):
    """What it and all it has started used together; memory in bytes, `cpu` in per cent of one processor."""

    time: str
    rss: int
    cpu: float
    threads: int
    files: int
    processes: int
    pid: int


class Resources(Told):
    """As `jarvis-ctx resources --json` prints it; of an orchestrator that nobody ever supervised, nothing."""

    supervisor: dict[str, Any] | None
    growth: str
    samples: list[Sample]
    deaths: list[dict[str, Any]]


class ResourcesAsked(Asked):
    """How many samples."""

    limit: int = Field(
        360, ge=1, le=8640, description="How many of the latest samples; there is one every ten seconds."
    )


def resources(given: Answers) -> APIBlueprint:
    """The blueprint."""
    api = noun("resources", "What it uses of its machine.")

    @api.get(
        "/resources",
        summary="Memory, processor, threads and files over time, and how its processes ended.",
        responses=answers(Resources),
    )
    def get_resources(query: ResourcesAsked) -> Response:
        """Of an orchestrator that `jarvis-ctx run` supervises, for the last day at most."""
        return given.give(f"resources {query!r}", lambda insight: insight.resources(query.limit))

    return api
