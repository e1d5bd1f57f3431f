"""`jarvis-ctx purge`: a value that must not be stored is taken out of everything."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import TYPE_CHECKING

import click
import msgspec

from jarvis_ctx.cli.screen import print_json
from jarvis_ctx.cli.store import Place, json_option, place_options
from jarvis_ctx.recovery.wording import number

if TYPE_CHECKING:
    from jarvis_ctx.retention.purging import Purged


@click.command()
@click.option("--value", metavar="TEXT", help="The value; better not here, where the shell keeps it: it is asked for.")
@click.option("--aside", is_flag=True, help="Also remove what was moved aside, such as a damaged database.")
@json_option
@place_options("it is done in the folder itself, while nobody runs there")
def purge(place: Place, value: str | None, aside: bool, as_json: bool) -> None:
    """Replace a leaked value everywhere in the store by "[purged]".

    The value is asked for, or read from standard input when that is no terminal. Nobody may run meanwhile.
    """
    from jarvis_ctx.sidecar.purges import purge as purge_store

    with place.view() as view:
        settings = place.settings(view)
    purged = purge_store(settings, value if value is not None else _asked(), aside=aside)
    if as_json:
        print_json(msgspec.to_builtins(purged))
        return
    if purged.total:
        _print(purged)
    else:
        click.echo("The value is nowhere in the store.")
    if purged.aside:
        names = ", ".join(purged.aside)
        click.echo(f"Moved aside, searched as bytes only, and still there: {names}. --aside removes it.")


def _print(purged: Purged) -> None:
    held = [
        number(purged.events, "event"),
        number(purged.values, "side file"),
        number(purged.checkpoints, "checkpoint"),
    ]
    click.echo(f"The value was in {', '.join(held)}, {number(purged.files, 'other file')} and the database's rows.")
    for name in purged.removed:
        click.echo(f"Removed, because it could not be cleaned: {name}")
    click.echo("It is no longer there. Change it nevertheless: who has read it still knows it.")


def _asked() -> str:
    if sys.stdin.isatty():
        return getpass("Value: ")
    return sys.stdin.read().removesuffix("\n").removesuffix("\r")
