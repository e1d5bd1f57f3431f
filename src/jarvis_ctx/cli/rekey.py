"""`jarvis-ctx rekey`: an encrypted store sealed anew with another key."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import msgspec

from jarvis_ctx import settings as settings_room
from jarvis_ctx.cli.exits import ExitCode
from jarvis_ctx.cli.progress import bar
from jarvis_ctx.cli.screen import print_json
from jarvis_ctx.cli.store import Place, json_option, place_options
from jarvis_ctx.recovery.wording import number

if TYPE_CHECKING:
    from jarvis_ctx.retention.resealing import Rekeyed


@click.command()
@click.option("--off", is_flag=True, help="Leave nothing sealed: the store is plain afterwards.")
@click.option("--dry-run", is_flag=True, help="Only show what would be sealed anew, and whether all keys are there.")
@json_option
@place_options("it is done in the folder itself, while nobody runs there")
def rekey(place: Place, off: bool, dry_run: bool, as_json: bool) -> None:
    """Seal everything in a store anew with the first key that JARVIS_ENCRYPTION_KEY gives; the others open it.

    A store that is plain, or in which only secrets are sealed, is encrypted so; with --off it is plain afterwards.

    Nobody may run meanwhile. Killed at any moment and run again, it is finished. Afterwards the other keys can go.
    """
    from jarvis_ctx.sidecar.rekeying import rekey as rekey_store

    settings = settings_room.load({"path": place.path, "name": place.name})
    with bar("Sealing anew") as progress:
        done = rekey_store(settings, off=off, dry_run=dry_run, progress=progress)
    if as_json:
        print_json({"done": not dry_run, **msgspec.to_builtins(done)})
    else:
        _print(done, off=off, dry_run=dry_run)
    if done.damaged:
        sys.exit(ExitCode.DAMAGED)


def _print(done: Rekeyed, *, off: bool, dry_run: bool) -> None:
    if done.total:
        counts = (
            number(done.events, "event"),
            number(done.checkpoints, "checkpoint"),
            number(done.reports, "report"),
            number(done.leases, "heartbeat"),
        )
        click.echo(f"{_verb(off, dry_run)}, copies counted each: {', '.join(counts)}.")
    else:
        click.echo(f"Everything that can be opened is {'plain' if off else 'sealed with the first key'}.")
    for sentence in (*done.damaged, *done.aside):
        click.echo(f"Left as it is: {sentence}")
    if not dry_run:
        click.echo(_after(done, off))


def _verb(off: bool, dry_run: bool) -> str:
    what = "opened" if off else "sealed anew"
    return f"Would be {what}" if dry_run else f"Was {what}"


def _after(done: Rekeyed, off: bool) -> str:
    if off:
        return "Take encryption_key out of the settings. Nobody needs a key here any more, but for what was left."
    if done.damaged or done.aside:
        return "Keep the other keys for as long as you want to look at what was left."
    return "The other keys are needed for backups alone: take them out of the source."
