"""`GET agent-states`: the agents with their health."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from jarvis_ctx.insight.agents import Wanted
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.model.agent import Health
from jarvis_ctx.web.answers import Answers
from jarvis_ctx.web.models import Told
from jarvis_ctx.web.nouns import answers, noun, problems
from jarvis_ctx.web.pages import Paged, dealt


class Agent(Told):
    """An agent, and when it last gave a sign of life."""

    id: str
    health: Health
    status: str
    last_seen: str | None
    silent_for: float | None
    beats: int
    tasks: list[str]
    details: Any


class AgentPage(Told):
    """Agents by id; `terms` says after how many seconds they are judged: `stale_after`, `stuck_after`."""

    items: list[Agent]
    next: str | None
    terms: dict[str, float]


class AgentsAsked(Paged):
    """Which agents."""

    health: Health | None = Field(None, description="Only those in this health.")


def agents(given: Answers) -> APIBlueprint:
    """The blueprint."""
    api = noun("agents", "Who works, and who has fallen silent.")

    @api.get(
        "/agent-states", summary="The agents with their health, by id.", responses=answers(AgentPage) | problems(404)
    )
    def get_agent_states(query: AgentsAsked) -> Response:
        """An agent is alive, stuck, stale, gone, unseen or ended, as docs/cli.md says under `agents`."""

        def make(insight: Insight) -> dict[str, Any]:
            def ask(after: str | None) -> tuple[list[dict[str, Any]], str | None]:
                found = insight.agent_page(Wanted(health=query.health), query.limit, after)
                return found["items"], found["last"]

            page = dealt(query, "agent-states", insight.name, str, ask)
            return {**page, "terms": msgspec.structs.asdict(insight.terms())}

        return given.give(f"agents {query!r}", make, _lasting)

    return api


def _lasting(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "items": [{**agent, "silent_for": None} for agent in found["items"]]}
