"""`jarvis-ctx recover --dry-run`: what a start would find and do now."""

from __future__ import annotations

import click

from jarvis_ctx.cli.screen import print_json, width
from jarvis_ctx.cli.store import Place, json_option, place_options
from jarvis_ctx.recovery.text import render


@click.command()
@click.option("--dry-run", is_flag=True, help="Needed: recovery itself happens when the orchestrator starts.")
@json_option
@place_options
def recover(place: Place, dry_run: bool, as_json: bool) -> None:
    """Show what a start would find and do now; nothing is written."""
    if not dry_run:
        raise click.UsageError("Recovery happens when the orchestrator starts; --dry-run shows what it would do.")
    from jarvis_ctx.insight.forecast import forecast

    with place.view() as view:
        found = forecast(view, view.rebuilt(), place.settings(view))
    if as_json:
        print_json(found.to_json())
        return
    click.echo(found.sentence)
    if found.plan is not None:
        click.echo("\n" + render(found.plan.report, width=min(width(), 100)), nl=False)
