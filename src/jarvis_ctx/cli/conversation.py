"""`jarvis-ctx conversation`: what was said to the orchestrator and by it."""

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
    from jarvis_ctx.model.entries import ConversationEntry


@click.command()
@limit_option
@json_option
@source_options
def conversation(place: Place, limit: int, as_json: bool) -> None:
    """Show the latest turns of the conversation, oldest first."""
    with place.source() as source:
        found = source.conversation(limit)
    if as_json:
        print_json([{**msgspec.structs.asdict(turn), "time": iso(turn.time)} for turn in found])
        return
    if not found:
        show("No conversation.")
    for turn in found:
        _print(turn)


def _print(turn: ConversationEntry) -> None:
    show(text(turn.role, "bold").append(f"  {day_time(iso(turn.time))}", "dim"))
    said = {"content": turn.content} | turn.details
    show(facts((name, text(plain(value))) for name, value in said.items()))
