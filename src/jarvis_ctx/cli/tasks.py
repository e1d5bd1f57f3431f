"""`jarvis-ctx tasks`: what is to do, what is done, what is in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jarvis_ctx.cli.screen import print_json, show, table, text, word
from jarvis_ctx.cli.store import Place, json_option, place_options
from jarvis_ctx.recovery.wording import listed, number, one_line, percent

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

LONGEST_DESCRIPTION = 160
"""Characters that are shown; --json has all of them."""


@click.command()
@click.option("--status", metavar="STATUS", help="Only tasks with this status, as given or as shown.")
@json_option
@place_options
def tasks(place: Place, status: str | None, as_json: bool) -> None:
    """List the tasks with progress and blockers."""
    from jarvis_ctx.insight.insight import Insight

    with place.view() as view:
        insight = Insight(view)
        found = insight.tasks(status)
        others = insight.tasks() if status and not found else []
    if as_json:
        print_json(found)
        return
    if found:
        show(task_table(found))
    show(f"\n{number(len(found), 'task')}" if found else _none(status, others))


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
    if task.get("quarantined"):
        described.append("\n").append_text(text(task["quarantined"], "red"))
    return described
