"""`/resources`: memory, processor, threads and files over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from pydantic import Field

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.web.dashboard.rendered import Rendered
from jarvis_ctx.web.models import Asked


class ResourcesShown(Asked):
    """How many of the latest samples."""

    limit: int = Field(360, ge=2, le=8640)


def resources(given: Rendered) -> Blueprint:
    """The blueprint."""
    return given.view("/resources", ResourcesShown, _resources)


def _resources(insight: Insight, asked: ResourcesShown) -> Mapping[str, Any]:
    return {"found": insight.resources(asked.limit)}
