"""`jarvis-ctx rebuild`: the database made anew from journal, archive and checkpoints."""

from __future__ import annotations

import click
import msgspec

from jarvis_ctx import settings as settings_room
from jarvis_ctx.cli.progress import bar
from jarvis_ctx.cli.screen import print_json
from jarvis_ctx.cli.store import Place, json_option, place_options
from jarvis_ctx.recovery.wording import number


@click.command()
@json_option
@place_options("it is done in the folder itself, while nobody runs there")
def rebuild(place: Place, as_json: bool) -> None:
    """Make the database anew from the files alone; the old one is moved aside."""
    from jarvis_ctx.sidecar.rebuilding import rebuild_database

    settings = settings_room.load({"path": place.path, "name": place.name})
    with bar("Rebuilding") as progress:
        result = rebuild_database(settings, progress)
    if as_json:
        print_json(msgspec.to_builtins(result))
        return
    kept = f"{number(result.tasks, 'task')}, {number(result.checkpoints, 'checkpoint')}"
    click.echo(f"{result.path} was made anew: {number(result.events, 'event')}, {kept}.")
    if result.moved_aside:
        click.echo(f"The old one is now {result.moved_aside}.")
    for sentence in result.damaged:
        click.echo(f"Not taken in: {sentence}")
