"""`jarvis-ctx messages`: what agents told each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from jarvis_ctx.cli.screen import facts, print_json, show, text
from jarvis_ctx.cli.store import Place, json_option, limit_option, source_options
from jarvis_ctx.cli.values import plain
from jarvis_ctx.clock import iso
from jarvis_ctx.recovery.wording import day_time

if TYPE_CHECKING:
    from jarvis_ctx.model.entries import AgentMessage


@click.command()
@limit_option
@json_option
@source_options
def messages(place: Place, limit: int, as_json: bool) -> None:
    """Show the latest messages between agents, oldest first."""
    with place.source() as source:
        found = source.messages(limit)
    if as_json:
        print_json([{**msgspec.structs.asdict(message), "time": iso(message.time)} for message in found])
        return
    if not found:
        show("No messages.")
    for message in found:
        _print(message)


def _print(message: AgentMessage) -> None:
    show(text(f"{message.sender} -> {message.recipient}", "bold").append(f"  {day_time(iso(message.time))}", "dim"))
    said = {"content": message.content} | message.details
    show(facts((name, text(plain(value))) for name, value in said.items()))
