"""`jarvis-ctx agents`: who is alive, who has fallen silent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jarvis_ctx.cli.screen import print_json, show, table, text, word
from jarvis_ctx.cli.store import Place, json_option, source_options
from jarvis_ctx.recovery.wording import listed, number, span

if TYPE_CHECKING:
    from rich.text import Text


@click.command()
@json_option
@source_options
def agents(place: Place, as_json: bool) -> None:
    """List the agents with health and last sign of life."""
    with place.source() as source:
        found, terms, used = source.agents(), source.terms(), source.resources()
    if as_json:
        print_json(found)
        return
    if used["growth"]:
        show(text(used["growth"], "yellow"))
    if not found:
        show("No agents.")
        return
    show(table(("Agent", "Health", "Last sign", "Status", "Open tasks"), [_row(agent) for agent in found]))
    show(
        f"\n{number(len(found), 'agent')}; stale after {span(terms.stale_after)} without a sign of life, "
        f"stuck after {span(terms.stuck_after)} without progress in a task of theirs"
    )


def _row(agent: dict[str, Any]) -> tuple[Text, ...]:
    silent = agent["silent_for"]
    ago = f"{span(silent)} ago" if silent is not None else "never"
    return text(agent["id"]), word(agent["health"]), text(ago), text(agent["status"]), text(listed(agent["tasks"], 5))
