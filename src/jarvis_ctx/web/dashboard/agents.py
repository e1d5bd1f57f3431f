"""`/agents`: who works, who is stuck, who has fallen silent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from pydantic import Field

from jarvis_ctx.insight import agents as judging
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.model.agent import Health
from jarvis_ctx.web.dashboard.rendered import Rendered
from jarvis_ctx.web.pages import Paged, page


class AgentsShown(Paged):
    """Which agents."""

    limit: int = Field(100, ge=1, le=200)
    health: Health | None = None


def agents(given: Rendered) -> Blueprint:
    """The blueprint."""
    return given.view("/agents", AgentsShown, _agents)


def _agents(insight: Insight, asked: AgentsShown) -> Mapping[str, Any]:
    everyone = insight.agents()
    found = [agent for agent in everyone if asked.health in (None, agent["health"])]
    return {
        "page": page(found, asked, "agents", insight.name, "id"),
        "counts": judging.counts(everyone),
        "total": len(everyone),
        "terms": insight.terms(),
    }
