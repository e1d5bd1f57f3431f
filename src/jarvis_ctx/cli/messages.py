"""`jarvis-ctx messages`: what agents told each other."""

from __future__ import annotations

import click

from jarvis_ctx.cli.entries import content, tell
from jarvis_ctx.cli.store import Place, json_option, limit_option, source_options


@click.command()
@limit_option
@json_option
@source_options
def messages(place: Place, limit: int, as_json: bool) -> None:
    """Show the latest messages between agents, oldest first."""
    with place.source() as source:
        found = source.messages(limit)
    tell(found, as_json, "No messages.", lambda message: f"{message.sender} -> {message.recipient}", content)
