"""`jarvis-ctx decisions`: what was decided, and why."""

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
    from rich.console import RenderableType

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
    if as_json:
        print_json([{**msgspec.structs.asdict(decision), "time": iso(decision.time)} for decision in found])
        return
    if not found:
        show("No decisions.")
    for decision in found:
        show(text(decision.decision_type, "bold").append(f"  {day_time(iso(decision.time))}", "dim"))
        show(facts(_rows(decision)))


def _rows(decision: Decision) -> list[tuple[str, RenderableType]]:
    said = {name: getattr(decision, name) for name in SHOWN} | decision.details
    return [(name, text(plain(value))) for name, value in said.items() if value is not None]
