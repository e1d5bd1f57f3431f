"""`jarvis-ctx tasks`: what is to do, what is done, what is in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jarvis_ctx.cli.screen import print_json, show, table, text, word
from jarvis_ctx.cli.store import Place, json_option, source_options, timeout_option
from jarvis_ctx.recovery.wording import listed, number, one_line, percent

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

LONGEST_DESCRIPTION = 160
"""Characters that are shown; --json has all of them."""


@click.command()
@click.option("--status", metavar="STATUS", help="Only tasks with this status, as given or as shown.")
@click.option("--release", metavar="ID", help="Let this quarantined task run again.")
@timeout_option(more=" with --release")
@json_option
@source_options
def tasks(place: Place, status: str | None, release: str | None, timeout: float, as_json: bool) -> None:
    """List the tasks with progress and blockers, or let one out of quarantine."""
    if release is not None:
        _release(place, release, timeout)
    with place.source() as source:
        found = source.tasks(status)
        others = source.tasks() if status and not found else []
    if as_json:
        print_json(found)
        return
    if found:
        show(task_table(found))
    show(f"\n{number(len(found), 'task')}" if found else _none(status, others))


def _release(place: Place, task: str, timeout: float) -> None:
    place.here("--release", "whether a task that has killed its process may run again is decided where it runs")
    from jarvis_ctx.sidecar.releases import release_offline, request_release

    with place.view() as view:
        settings, live = place.settings(view), view.pulse().live_pid
    if live is not None:
        request_release(settings, task, timeout)
    else:
        release_offline(settings, task)
    click.echo(f"Task {task} was released from quarantine: its next call runs again.", err=True)


def _none(status: str | None, others: list[dict[str, Any]]) -> str:
    there = sorted({name for task in others for name in (task["shown_status"], task["status"]) if name != "other"})
    return f"No tasks with status {status!r}; there are: {', '.join(there)}." if there else "No tasks."


def task_table(found: list[dict[str, Any]]) -> RenderableType:
    """Tasks as a table; also for the unfinished ones of `status`."""
    headers = ("Task", "Status", "Done", "Agent", "Description")
    return table(headers, [_row(task) for task in found], right=("Done",))


def _row(task: dict[str, Any]) -> tuple[Text, ...]:
    shown = task["shown_status"]
    status = word(shown, task["status"] if shown == "other" else None)
    return text(task["id"]), status, text(percent(task["percentage"])), text(task["agent"]), _description(task)


def _description(task: dict[str, Any]) -> Text:
    described = text(one_line(task["description"], LONGEST_DESCRIPTION))
    if task["blockers"]:
        described.append("\n").append_text(text(f"blocked by {listed(task['blockers'], 5)}", "yellow"))
    if task["interrupted"] and not task.get("quarantined"):
        described.append("\n").append_text(text("interrupted by the death of its process", "yellow"))
    if task.get("quarantined"):
        described.append("\n").append_text(text(task["quarantined"], "red"))
    return described
