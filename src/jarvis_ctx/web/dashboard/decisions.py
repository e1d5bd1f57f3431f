"""`/decisions`: what was decided, why, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint
from pydantic import Field

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.web.dashboard.rendered import Rendered
from jarvis_ctx.web.pages import Paged, dealt


class SaidShown(Paged):
    """Which page."""

    limit: int = Field(30, ge=1, le=200)


def decisions(given: Rendered) -> Blueprint:
    """The blueprint."""
    return given.view("/decisions", SaidShown, lambda insight, asked: {"page": said(insight, asked, "DecisionLogged")})


def said(insight: Insight, asked: SaidShown, kind: str) -> Mapping[str, Any]:
    """A page of what was said, the newest first. Raises `UnknownCursor`."""
    return dealt(asked, kind, insight.name, tuple[int, str, int], partial(insight.said_page, kind, asked.limit))
