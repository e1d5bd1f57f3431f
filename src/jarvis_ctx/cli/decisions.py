"""`jarvis-ctx decisions`: what was decided, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jarvis_ctx.cli.entries import tell
from jarvis_ctx.cli.store import Place, json_option, limit_option, source_options

if TYPE_CHECKING:
    from jarvis_ctx.model.entries import Decision

SHOWN = ("decision", "context", "reasoning", "outcome")


@click.command()
@limit_option
@json_option
@source_options
def decisions(place: Place, limit: int, as_json: bool) -> None:
    """Show the latest decisions with their reasons, oldest first."""
    with place.source() as source:
        found = source.decisions(limit)
    tell(found, as_json, "No decisions.", lambda decision: decision.decision_type, _said)


def _said(decision: Decision) -> dict[str, Any]:
    said = {name: getattr(decision, name) for name in SHOWN} | decision.details
    return {name: value for name, value in said.items() if value is not None}
