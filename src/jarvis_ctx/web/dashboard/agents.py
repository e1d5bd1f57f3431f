"""`/agents`: who works, who is stuck, who has fallen silent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from pydantic import Field

from jarvis_ctx.insight.agents import Wanted
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.model.agent import Health
from jarvis_ctx.web.dashboard.rendered import Rendered
from jarvis_ctx.web.pages import Paged, dealt

NAMED = 4
"""Tasks of an agent that are named."""


class AgentsShown(Paged):
    """Which agents."""

    limit: int = Field(100, ge=1, le=200)
    health: Health | None = None


def agents(given: Rendered) -> Blueprint:
    """The blueprint."""
    return given.view("/agents", AgentsShown, _agents)


def _agents(insight: Insight, asked: AgentsShown) -> Mapping[str, Any]:
    found: dict[str, Any] = {}

    def ask(after: str | None) -> tuple[list[dict[str, Any]], str | None]:
        found.update(insight.agent_page(Wanted(health=asked.health, tasks=NAMED), asked.limit, after))
        return found["items"], found["last"]

    return {"page": dealt(asked, "agents", insight.name, str, ask), **found, "terms": insight.terms()}
