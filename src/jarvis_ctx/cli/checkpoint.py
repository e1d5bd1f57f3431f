"""`jarvis-ctx checkpoint`: take a checkpoint now, of a live store by asking its owner."""

from __future__ import annotations

import click

from jarvis_ctx.cli.screen import print_json
from jarvis_ctx.cli.store import Place, json_option, source_options, timeout_option
from jarvis_ctx.recovery.wording import number, size


@click.command()
@click.option("--label", default="", help="Make it a recovery point of this name, which is never thinned away.")
@timeout_option()
@json_option
@source_options
def checkpoint(place: Place, label: str, timeout: float, as_json: bool) -> None:
    """Take a checkpoint now."""
    with place.source() as source:
        live, deputy = source.live(), source.deputy
        header = source.checkpoint(label, timeout)
    if as_json:
        print_json({**header.to_json(), "asked": live is not None})
        return
    who = f"process {live}" if live is not None else f"{deputy}, as nobody runs it"
    named = f" as {header.label!r}" if header.label else ""
    held = f"{number(header.tasks, 'task')}, {number(header.agents, 'agent')}, {size(header.size)}"
    click.echo(f"Checkpoint {header.id} was taken{named} by {who}: {held}.")
