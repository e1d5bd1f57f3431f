"""`jarvis-ctx cleanup`: what is older than it is to be kept; shown first, and removed with --yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jarvis_ctx.cli.screen import facts, print_json, show, text
from jarvis_ctx.cli.store import Place, json_option, source_options, timeout_option
from jarvis_ctx.clock import iso
from jarvis_ctx.recovery.wording import day_time, number, size

if TYPE_CHECKING:
    from rich.console import RenderableType

    from jarvis_ctx.retention.survey import Cleanup


@click.command()
@click.option("--dry-run", is_flag=True, help="Only show what would go; so it is without --yes.")
@click.option("--yes", is_flag=True, help="Remove it.")
@timeout_option(default=300.0)
@json_option
@source_options
def cleanup(place: Place, dry_run: bool, yes: bool, timeout: float, as_json: bool) -> None:
    """Show what is older than it is to be kept, or remove it."""
    if yes and dry_run:
        raise click.UsageError("--yes removes it, --dry-run does not: give one of them.")
    with place.source() as source:
        found = source.clean(timeout) if yes else source.survey()
    if as_json:
        print_json(found.to_json())
        return
    _print(found)


def _print(found: Cleanup) -> None:
    since = day_time(iso(found.cut.horizon))
    verb = "was removed" if found.done else "would go; nothing was removed (--yes removes it)"
    show(f"Older than {number(found.retention_days, 'day')} (before {since}), this {verb}:")
    show(facts(_rows(found)))
    if found.threads or found.graph_checkpoints or found.freed:
        show("Of threads and sessions, which have rules of their own:", text(_threads(found)))
    if found.points_kept:
        show("Recovery points from before that stay, with all they hold:", text(", ".join(found.points_kept)))


def _rows(found: Cleanup) -> list[tuple[str, RenderableType]]:
    events = f"{number(found.events, 'event')}, {number(found.decisions, 'decision')} among them"
    rows = {
        "journal": f"{events}, in {number(len(found.archives), 'archive')}",
        "tasks": f"{number(len(found.tasks), 'finished task')} out of the state",
        "files": f"{number(len(found.reports), 'report')}, {number(len(found.emergencies), 'emergency file')}, "
        f"{len(found.moved_aside)} moved aside",
        "room": size(found.bytes + found.database_bytes),
    }
    return [(label, text(said)) for label, said in rows.items()]


def _threads(found: Cleanup) -> str:
    return (
        f"{found.threads} whole, {number(found.graph_checkpoints, 'checkpoint')} of others, and "
        f"{number(found.freed, 'event')} of what was dropped before"
    )
