"""`jarvis-ctx recover`: what a start would find and do now, and from which base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jarvis_ctx.cli.screen import print_json, width
from jarvis_ctx.cli.store import Place, json_option, place_options
from jarvis_ctx.recovery.text import render

if TYPE_CHECKING:
    from jarvis_ctx.insight.forecast import Forecast
    from jarvis_ctx.model.checkpoint import CheckpointHeader


@click.command()
@click.option("--dry-run", is_flag=True, help="Only show it; without --from, recovery happens at the next start.")
@click.option("--from", "source", metavar="BASE", help="The base: `database`, `point`, `json` or a checkpoint's FILE.")
@click.option("--point", "label", default="", metavar="LABEL", help="Which recovery point, with --from point.")
@json_option
@place_options
def recover(place: Place, dry_run: bool, source: str | None, label: str, as_json: bool) -> None:
    """Show what a start would find and do now, or choose the base it goes by."""
    source = source or ("point" if label else None)
    if not dry_run and source is None:
        raise click.UsageError("Recovery happens when the orchestrator starts; --dry-run shows what it would do.")
    if label and source != "point":
        raise click.UsageError("--point goes with --from point.")
    from jarvis_ctx.insight.forecast import forecast
    from jarvis_ctx.sidecar.choosing import choose_base, try_base

    with place.view() as view:
        settings, live = place.settings(view), view.pulse().live_pid is not None
        chosen, rebuilt = try_base(view, source, label) if source is not None else (None, view.rebuilt())
        found = forecast(view, rebuilt, settings)
    before = choose_base(settings, chosen, live=live) if chosen is not None and not dry_run else None
    if as_json:
        print_json({**found.to_json(), **_chosen(dry_run, source, rebuilt.base, before)})
        return
    if source is not None and not dry_run:
        click.echo(_said(rebuilt.base, live, before))
    else:
        click.echo(found.sentence)
    _page(found)


def _chosen(dry_run: bool, source: str | None, base: str, before: CheckpointHeader | None) -> dict[str, Any]:
    if source is None:
        return {}
    return {"base": base, "chosen": not dry_run, "replaced": before.id if before is not None else None}


def _said(base: str, live: bool, before: CheckpointHeader | None) -> str:
    if live or before is None:
        return f"The next start recovers from this base ({base}); the one that runs goes on as it is."
    return (
        f"From now on the state is what this base ({base}) and the events after it give; the next start goes by it. "
        f"What it replaces is the recovery point {before.label!r} ({before.id})."
    )


def _page(found: Forecast) -> None:
    if found.plan is not None:
        click.echo("\n" + render(found.plan.report, width=min(width(), 100)), nl=False)
