"""`jarvis-ctx status`: health at a glance."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from jarvis_ctx.cli.exits import ExitCode
from jarvis_ctx.cli.resources import headline as supervisor_line
from jarvis_ctx.cli.screen import COLOURS, facts, print_json, show, text, width
from jarvis_ctx.cli.store import Place, json_option, source_options
from jarvis_ctx.cli.tasks import task_table
from jarvis_ctx.model.step import never_asked
from jarvis_ctx.recovery.wording import day_time, listed, number, parse, size, span, state_problems, wrap

if TYPE_CHECKING:
    from rich.console import RenderableType

UNFINISHED = 15
"""Tasks that are shown; `tasks` shows all."""
AMISS = ("damaged", "unread", "writers_refused")
NO_TASKS = "0; jarvis-ctx explain MODULE:CLASS shows what is captured of a class"
UNASKED = 5
"""Steps nobody was asked about that are shown; `doctor` shows all."""
NO_LONGER_WELL = ("drain_error", "sync_error")


@click.command()
@click.option(
    "--check", is_flag=True, help="For health checks: exit 4 when it does not run, 8 when something is wrong."
)
@json_option
@source_options
def status(place: Place, check: bool, as_json: bool) -> None:
    """Show health at a glance: life, tasks, agents, checkpoint, what lags behind."""
    with place.source() as source:
        found = source.status()
    if as_json:
        print_json(found)
    else:
        _print(found)
    if check:
        sys.exit(_verdict(found))


def _verdict(found: dict[str, Any]) -> ExitCode:
    if found["state"] != "live":
        return ExitCode.NOT_RUNNING
    wrong = any(found[key] for key in AMISS) or found["capture_errors"]["count"]
    wrong = wrong or any(found["lag"][key] for key in NO_LONGER_WELL)
    return ExitCode.PROBLEMS if wrong else ExitCode.OK


def _print(found: dict[str, Any]) -> None:
    show(text(headline(found), COLOURS[found["state"]]))
    for sentence in _attention(found):
        for line in wrap(f"! {sentence}", width(), "", "  "):
            show(line, style="yellow")
    show("")
    show(facts(_facts(found)))
    open_tasks = found["incomplete"]
    if open_tasks:
        show("")
        show(task_table(open_tasks[:UNFINISHED]))
    if len(open_tasks) > UNFINISHED:
        show(f"and {len(open_tasks) - UNFINISHED} more unfinished tasks; jarvis-ctx tasks shows all")


def headline(found: dict[str, Any]) -> str:
    """Whether it lives, and since when."""
    name, run = found["orchestrator"], found["run"]
    match found["state"]:
        case "live":
            since = f" since {day_time(run['started'])}" if run else ""
            return f"{name} runs{since}, process {found['pid']}"
        case "dead":
            return f"{name} is dead: last heard of {day_time(found['last_event'] or run['started'])}"
        case "ended":
            return f"{name} ended cleanly ({run['ending']}) {day_time(run['ended'])}"
        case _:
            return f"{name} has never run here" if found["supervisor"] is None else f"{name} has captured nothing yet"


def _attention(found: dict[str, Any]) -> list[str]:
    recovery, captures, lag = found["recovery"], found["capture_errors"], found["lag"]
    said = [*found["damaged"], *(healed["sentence"] for healed in found["healed"]), *found["unread"]]
    if found["state"] == "dead":
        said.append("The next start recovers it; jarvis-ctx recover --dry-run shows what that would do.")
    if recovery["pending"]:
        said.append(f"Its recovery was begun {number(recovery['begun'], 'time')} and is not complete.")
    if found["steps_in_doubt"]:
        said.append(f"{number(found['steps_in_doubt'], 'step')} in doubt: started, with no recorded end.")
    said += [f"{never_asked(step['name'], step['task'])}." for step in found["steps_never_asked"][:UNASKED]]
    said += [sentence for kept in found["objects"] for sentence in state_problems(kept)]
    if captures["count"]:
        said.append(f"{number(captures['count'], 'call')} not captured; the last: {captures['last']}")
    if found["writers_refused"]:
        times = number(found["writers_refused"], "time")
        said.append(f"A process was refused a mark {times}: what it then captured was not stored.")
    said += [lag[key] for key in NO_LONGER_WELL if lag[key]]
    if found["checkpoint"] and found["checkpoint"]["error"]:
        said.append(found["checkpoint"]["error"])
    return said


def _facts(found: dict[str, Any]) -> list[tuple[str, RenderableType]]:
    rows: list[tuple[str, RenderableType]] = [("store", text(found["path"]))]
    run, last = found["run"], found["last_end"]
    if run is not None:
        rows.append(("run", text(f"{run['id']}, epoch {run['epoch']}, process {run['pid']} on {run['host']}")))
    if last is not None and found["state"] != "ended":
        rows.append(("last end", text(_end(last, found))))
    rows.append(("events", text(_events(found))))
    rows.append(("checkpoint", text(_checkpoint(found["checkpoint"]))))
    rows.append(("tasks", text(_counts(found["tasks"]) if found["tasks"]["total"] else NO_TASKS)))
    rows.append(("agents", text(_agents(found))))
    if found["supervisor"] is not None:
        rows.append(("supervisor", text(supervisor_line(found["supervisor"]))))
    if found["resources"] is not None:
        rows.append(("resources", text(_resources(found["resources"]))))
    return rows


def _resources(sample: dict[str, Any]) -> str:
    counts = f"{number(sample['threads'], 'thread')}, {number(sample['files'], 'open file')}"
    return f"RSS {size(sample['rss'])}, CPU {sample['cpu']:.0f}%, {counts}"


def _end(last: dict[str, Any], found: dict[str, Any]) -> str:
    if last["ended"] is None:
        since = parse(found["last_event"] or last["started"]) - parse(last["started"])
        return f"none recorded; it was at work for {span(since.total_seconds())}. {last['sentence']}{_seen(found)}"
    how = f"cleanly ({last['ending']})" if last["clean"] else last["sentence"] or f"by an {last['ending']}"
    return f"{day_time(last['ended'])}, {how}"


def _seen(found: dict[str, Any]) -> str:
    supervisor = found["supervisor"]
    if supervisor is None or supervisor["child"] is not None or not supervisor["last_death"]:
        return ""
    if found["last_end"]["id"] in supervisor["last_runs"]:
        return ""  # It is the end that was told just now.
    return f" The last that its supervisor saw: {supervisor['last_death']}"


def _events(found: dict[str, Any]) -> str:
    lag = found["lag"]
    behind = [
        f"{number(lag[key], 'event')} not yet {what}"
        for key, what in (("not_drained", "in the database"), ("not_synced", "synced to disk"))
        if lag[key]
    ]
    last = f", the last {day_time(found['last_event'])}" if found["last_event"] else ""
    return f"{found['events']:,}{last}" + (f"; {', '.join(behind)}" if behind else "")


def _checkpoint(taken: dict[str, Any] | None) -> str:
    if taken is None or "taken" not in taken:
        return "none yet"
    took = f", took {span(taken['seconds'])}" if taken["seconds"] is not None else ""
    named = f", {taken['label']!r}" if taken["label"] else ""
    since = f"; {number(taken['events_since'], 'event')} since" if taken["events_since"] else ""
    return f"{span(taken['age'])} ago, {size(taken['bytes'])}{took}{named}{since}"


def _counts(counts: dict[str, int]) -> str:
    parts = [f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items() if count and name != "total"]
    if len(parts) == 1 and counts["total"] > 1:
        return f"{counts['total']:,}, all {parts[0].partition(' ')[2]}"
    return f"{counts['total']:,}" + (f": {', '.join(parts)}" if parts else "")


def _agents(found: dict[str, Any]) -> str:
    counted = _counts(found["agents"])
    for health in ("stale", "stuck"):
        if named := found[f"{health}_agents"]:
            counted = counted.replace(health, f"{health} ({listed(named, 4)})")
    return counted
