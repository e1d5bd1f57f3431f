"""`jarvis-ctx resources`: what a supervised orchestrator uses, and how the processes before have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jarvis_ctx.cli.screen import print_json, show, table, text
from jarvis_ctx.cli.store import Place, json_option, limit_option, source_options
from jarvis_ctx.recovery.wording import day_time, number, size

if TYPE_CHECKING:
    from rich.text import Text

UNSUPERVISED = "Nobody supervises it; jarvis-ctx run -- COMMAND does."


@click.command()
@limit_option
@json_option
@source_options
def resources(place: Place, limit: int, as_json: bool) -> None:
    """Show memory, CPU, threads and open files of a supervised orchestrator over time."""
    with place.source() as source:
        found = source.resources(limit)
    if as_json:
        print_json(found)
        return
    show(text(headline(found["supervisor"])))
    if found["growth"]:
        show(text(found["growth"], "yellow"))
    for death in found["deaths"]:
        show(text(f"Process {death['pid']} ended {day_time(death['ended'])}. {death['sentence']}", "dim"))
    if found["samples"]:
        show("")
        heads = ("Time", "RSS", "CPU", "Threads", "Files", "Processes")
        show(table(heads, [_row(sample) for sample in found["samples"]], right=heads[1:]))


def headline(supervisor: dict[str, Any] | None) -> str:
    """Who supervises which process."""
    if supervisor is None:
        return UNSUPERVISED
    watched = f"process {supervisor['child']}" if supervisor["child"] is not None else "nobody at the moment"
    restarts = f", restarted {number(supervisor['restarts'], 'time')} of late" if supervisor["restarts"] else ""
    if supervisor["alive"]:
        return f"Process {supervisor['pid']} supervises {watched}{restarts}."
    if supervisor["killed"] and supervisor["child"] is not None:
        return f"The supervisor of {watched} was killed; jarvis-ctx run --adopt takes it over."
    return f"Its last supervisor, process {supervisor['pid']}, has ended. {supervisor['gave_up']}".rstrip()


def _row(sample: dict[str, Any]) -> tuple[Text, ...]:
    counts = (str(sample[name]) for name in ("threads", "files", "processes"))
    cells = (day_time(sample["time"]), size(sample["rss"]), f"{sample['cpu']:.0f}%", *counts)
    return tuple(text(cell) for cell in cells)
