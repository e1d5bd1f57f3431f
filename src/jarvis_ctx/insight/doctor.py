"""The checkup: every check of a store's health, in one list."""

from __future__ import annotations

from jarvis_ctx.insight.findings import Finding, ok, problem
from jarvis_ctx.insight.view import View


def examine(view: View) -> list[Finding]:
    """Run all checks; none of them writes."""
    damaged = view.pulse().damaged
    if damaged:
        return [
            problem("store", sentence, "start the orchestrator: it rebuilds what is damaged") for sentence in damaged
        ]
    return [ok("store", "Nothing was found damaged while opening.")]
