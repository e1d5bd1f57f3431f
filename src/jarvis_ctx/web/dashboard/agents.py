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
from jarvis_ctx.web.pages import Paged, list_id, opened, sealed

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
    of = list_id(asked, "agents", insight.name)
    after = opened(asked.cursor, of, str) if asked.cursor is not None else ""
    found = insight.agent_page(Wanted(health=asked.health, tasks=NAMED), asked.limit, after)
    further = sealed(of, found["last"]) if found["last"] is not None else None
    return {"page": {"items": found["items"], "next": further}, **found, "terms": insight.terms()}
