"""`jarvis-ctx conversation`: what was said to the orchestrator and by it."""

from __future__ import annotations

import click

from jarvis_ctx.cli.entries import content, tell
from jarvis_ctx.cli.store import Place, json_option, limit_option, source_options


@click.command()
@limit_option
@json_option
@source_options
def conversation(place: Place, limit: int, as_json: bool) -> None:
    """Show the latest turns of the conversation, oldest first."""
    with place.source() as source:
        found = source.conversation(limit)
    tell(found, as_json, "No conversation.", lambda turn: turn.role, content)
