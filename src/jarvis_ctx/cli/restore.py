"""`jarvis-ctx restore`: go back to an earlier moment, which can be undone."""

from __future__ import annotations

import click

from jarvis_ctx.cli.screen import print_json, width
from jarvis_ctx.cli.store import Place, json_option, source_options, timeout_option


@click.command()
@click.argument("point")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@timeout_option()
@json_option
@source_options
def restore(place: Place, point: str, dry_run: bool, yes: bool, timeout: float, as_json: bool) -> None:
    """Go back to POINT in a new branch; what was done since is kept, and the way back is marked.

    POINT is a recovery point's label or id, a run's id (as it was left), or a time like 2026-11-21T09:30:00Z.
    """
    from jarvis_ctx.insight.diff import to_json
    from jarvis_ctx.insight.diff_text import render

    with place.source() as source:
        live, deputy = source.live(), source.deputy
        found = source.diff("now", point) if dry_run or not yes else None
    if found is not None and as_json and dry_run:
        print_json(to_json(found))
    elif found is not None:
        click.echo(render(found, width=min(width(), 100)), nl=False, err=as_json)
    if dry_run:
        return
    if not yes:
        click.confirm(f"\nGo back to {point}?", abort=True, err=True)
    with place.source() as source:
        done = source.restore(point, timeout)
    if as_json:
        print_json({**done.to_json(), "asked": live is not None})
        return
    who = f"process {live}" if live is not None else f"{deputy}, as nobody runs it"
    click.echo(f"The state is that of {done.moment!r} again, restored by {who}. Nothing was deleted:")
    click.echo(f"jarvis-ctx restore {done.undo} leads back to where it stood.")
