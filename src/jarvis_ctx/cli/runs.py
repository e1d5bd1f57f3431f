"""`jarvis-ctx runs`: each run of the orchestrator, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jarvis_ctx.cli.screen import print_json, show, table, text, word
from jarvis_ctx.cli.store import Place, json_option, source_options
from jarvis_ctx.recovery.wording import day_time, number, parse, span

if TYPE_CHECKING:
    from rich.text import Text


@click.command()
@json_option
@source_options
def runs(place: Place, as_json: bool) -> None:
    """List the runs with their beginning and their end, oldest first."""
    with place.source() as source:
        found = source.run_lines()
    if as_json:
        print_json(found)
        return
    if not found:
        show("No runs.")
        return
    show(table(("Epoch", "Began", "Process", "State", "End"), [_row(run) for run in found], right=("Epoch",)))
    show(f"\n{number(len(found), 'run')}")


def _row(run: dict[str, Any]) -> tuple[Text, ...]:
    process = f"{run['pid']} on {run['host']}"
    return text(run["epoch"]), text(day_time(run["started"])), text(process), word(run["state"]), text(_end(run))


def _end(run: dict[str, Any]) -> str:
    if run["ended"] is None:
        return "" if run["state"] == "live" else f"none recorded. {run['sentence']}"
    lasted = span((parse(run["ended"]) - parse(run["started"])).total_seconds())
    how = f"{run['ending']}" if run["ending"] else run["sentence"] or "why is not known"
    return f"after {lasted}: {how}"
