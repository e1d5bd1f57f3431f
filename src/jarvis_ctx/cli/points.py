"""`jarvis-ctx points` and `mark`: the recovery points, and a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from jarvis_ctx.cli.screen import print_json, show, table, text
from jarvis_ctx.cli.store import Place, json_option, source_options, timeout_option
from jarvis_ctx.errors import NotRunning
from jarvis_ctx.recovery.wording import day_time, number

if TYPE_CHECKING:
    from rich.text import Text

    from jarvis_ctx.model.travel import KeptPoint


@click.command()
@json_option
@source_options
def points(place: Place, as_json: bool) -> None:
    """List the recovery points: what each holds, where it is kept, whether it verifies."""
    with place.source() as source:
        found = source.points()
    if as_json:
        print_json([msgspec.structs.asdict(point) for point in found])
        return
    if not found:
        show("No recovery points. `jarvis-ctx mark LABEL` makes one of a running orchestrator.")
        return
    headers = ("Point", "Taken", "Events", "Tasks", "Agents", "Kept in", "Verifies")
    show(table(headers, map(_row, found), right=("Events", "Tasks", "Agents")))
    for problem in (problem for point in found for problem in point.problems):
        show(text(f"  {problem}", "yellow"))


def _row(point: KeptPoint) -> tuple[Text, ...]:
    verifies = text("yes", "green") if point.verifies else text("no", "bold red")
    counts = (text(point.events), text(point.tasks), text(point.agents))
    return text(point.label), text(day_time(point.time)), *counts, text(point.kept), verifies


@click.command()
@click.argument("label")
@timeout_option()
@json_option
@source_options
def mark(place: Place, label: str, timeout: float, as_json: bool) -> None:
    """Mark a recovery point LABEL of a running orchestrator."""
    with place.source() as source:
        live = source.live()
        if live is None:
            remedy = f"`jarvis-ctx checkpoint --label {label!r}` keeps the state as it was left, under that name"
            raise NotRunning(orchestrator=source.name, path=source.where, what="mark a point", remedy=remedy)
        header = source.mark(label, timeout)
    if as_json:
        print_json(header.to_json())
        return
    held = f"{number(header.tasks, 'task')}, {number(header.agents, 'agent')}"
    click.echo(f"Recovery point {header.label!r} was marked by process {live}: {held} ({header.id}).")
