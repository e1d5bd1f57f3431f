"""`/points`: what can be gone back to, and what two moments differ in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from pydantic import Field

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.model.entries import TAILS
from jarvis_ctx.web.api.points import VERIFIED
from jarvis_ctx.web.dashboard.overview import Nothing
from jarvis_ctx.web.dashboard.rendered import Rendered
from jarvis_ctx.web.models import Asked

SHOWN = 50
"""Changes of a kind that are shown; the command shows all."""


class CompareShown(Asked):
    """Which two moments."""

    a: str = Field(min_length=1, max_length=512)
    b: str = Field("now", min_length=1, max_length=512)


def points(given: Rendered) -> Blueprint:
    """The blueprint of the list."""
    return given.view("/points", Nothing, _points, settled=VERIFIED)


def compare(given: Rendered) -> Blueprint:
    """The blueprint of the comparison."""
    return given.view("/points/compare", CompareShown, _compare, whole=True)


def _points(insight: Insight, asked: Nothing) -> Mapping[str, Any]:
    return {"points": insight.points()[::-1], "bare": insight.glance()["state"] == "empty"}


def _compare(insight: Insight, asked: CompareShown) -> Mapping[str, Any]:
    found = insight.diff(asked.a, asked.b)
    kinds = {name: getattr(found, name) for name in ("tasks", "steps", "agents", "attributes", "objects")}
    said = {name: getattr(found, name) for name in TAILS.values()}
    return {"found": found, "kinds": kinds, "said": said, "shown": SHOWN}
