"""Checks of the agents: who has fallen silent, and who beats without getting anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jarvis_ctx.insight import agents
from jarvis_ctx.insight.findings import ok, warning
from jarvis_ctx.insight.view import View
from jarvis_ctx.model.finding import Finding
from jarvis_ctx.recovery.wording import listed, number, span

SHOWN = 5
STALE = "see what each was at with: jarvis-ctx agents; restart it, or tell that it has left with agent_gone()"
STUCK = "it lives, but neither it nor its task has said anything new: look at what it waits for"


def check(view: View) -> Iterator[Finding]:
    """Stale and stuck agents, by the terms their run was told."""
    state = view.state()
    terms = agents.terms(view, state)
    everyone = agents.everyone(view, state)
    stale, stuck = _named(everyone, "stale"), _named(everyone, "stuck")
    if stale and view.pulse().live_pid is not None:
        sentence = f"No sign of life for {span(terms.stale_after)}: {listed(stale, SHOWN)}."
        yield warning("agents", sentence, STALE)
    if stuck:
        sentence = f"Stuck, no progress for {span(terms.stuck_after)}: {listed(stuck, SHOWN)}."
        yield warning("agents", sentence, STUCK)
    if not stuck and (not stale or view.pulse().live_pid is None):
        yield ok("agents", f"{number(len(everyone), 'agent')}; none of them is stuck or missed.")


def _named(everyone: list[dict[str, Any]], health: str) -> list[str]:
    return [agent["id"] for agent in everyone if agent["health"] == health]
