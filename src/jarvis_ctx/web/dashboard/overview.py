"""`/`: health at a glance, and the strip of it that every page has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.web.dashboard.rendered import Rendered
from jarvis_ctx.web.models import Asked

NAMED = 6
"""Unfinished tasks that are named."""


class Nothing(Asked):
    """There is nothing to choose."""


def overview(given: Rendered) -> Blueprint:
    """The blueprint of the view."""
    return given.view("/", Nothing, _overview)


def strip(given: Rendered) -> Blueprint:
    """The blueprint of the strip."""
    return given.view("/strip", Nothing, lambda insight, _: {"status": insight.glance(), "name": insight.name})


def _overview(insight: Insight, asked: Nothing) -> Mapping[str, Any]:
    return {"status": insight.status(NAMED), "runs": insight.run_lines()[-5:][::-1]}
