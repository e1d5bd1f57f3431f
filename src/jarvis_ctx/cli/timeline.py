"""`jarvis-ctx timeline`: everything that happened, in order, and what happens now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from jarvis_ctx.cli.moments import moment
from jarvis_ctx.cli.screen import print_json, show, text, width
from jarvis_ctx.cli.store import Place, json_option, source_options
from jarvis_ctx.cli.values import plain
from jarvis_ctx.codec import exact
from jarvis_ctx.recovery.wording import one_line, parse

if TYPE_CHECKING:
    from rich.text import Text

KIND, LONGEST = 15, 24
"""Characters of most kinds; those of a kind that are shown."""
VALUE = 60
"""Characters of one value in a line; --json has all of them."""


def _kinds(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from jarvis_ctx.insight.timeline import KINDS

    return [kind for kind in KINDS if kind.lower().startswith(incomplete.lower())]


@click.command()
@click.option("--kind", "kinds", multiple=True, metavar="KIND", shell_complete=_kinds, help="Only these kinds.")
@click.option("--subject", metavar="TEXT", help="Only what is about this task, agent, name ...")
@click.option("--since", callback=moment, metavar="WHEN", help="Only since 90s, 10m, 2h, 3d ago, or an ISO time.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many, the latest ones.")
@click.option("-f", "--follow", is_flag=True, help="Go on with what happens from now on, until Ctrl-C.")
@json_option
@source_options
def timeline(
    place: Place,
    kinds: tuple[str, ...],
    subject: str | None,
    since: int | None,
    limit: int,
    follow: bool,
    as_json: bool,
) -> None:
    """Show the events of all kinds in order; with --follow, --json prints one to a line."""
    from jarvis_ctx.insight.timeline import Wanted

    wanted = Wanted(kinds=kinds, subject=subject, since=since)
    with place.source() as source:
        if follow:
            _follow(source.follow(limit, wanted), as_json)
            return
        found = source.events(limit, wanted)
    if as_json:
        print_json(found)
    elif not found:
        show("No events.")
    else:
        _print(found, as_json=False)


def _follow(coming: Iterator[list[dict[str, Any]]], as_json: bool) -> None:
    try:
        for lines in coming:
            _print(lines, as_json)
    except KeyboardInterrupt:
        return  # That is how it is ended.


def _print(lines: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        for line in lines:
            click.echo(exact.encode(line, limit=2**40).decode())
    elif lines:
        columns, widest = width(), max(KIND, *(min(len(line["kind"]), LONGEST) for line in lines))
        show(*(_shown(line, columns, widest) for line in lines))


def _shown(line: dict[str, Any], columns: int, widest: int) -> Text:
    from jarvis_ctx.insight import readable

    moment = parse(line["time"]).strftime("%m-%d %H:%M:%S.%f")[:-3]
    head = f"{one_line(line['kind'], LONGEST):<{widest}} {one_line(line['subject'], 40)}"
    body = readable.body(line["kind"], line["body"])
    said = ", ".join(f"{name}={plain(value, VALUE)}" for name, value in body.items())
    room = max(0, columns - len(moment) - len(head) - 4)
    shown = text("").append(moment, "dim").append(f"  {head}")
    if said and room > 10:
        shown.append("  ").append(one_line(said, room), "dim")
    return shown
