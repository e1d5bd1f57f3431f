"""What commands print: tables and sentences of 80 columns, or JSON; colour only where a terminal wants it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click
import msgspec

from jarvis_ctx.codec import exact
from jarvis_ctx.recovery.wording import one_line

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

COLOURS = {
    "live": "green",
    "ended": "cyan",
    "dead": "bold red",
    "empty": "dim",
    "completed": "green",
    "in_progress": "cyan",
    "blocked": "yellow",
    "failed": "red",
    "quarantined": "bold red",
    "cancelled": "dim",
    "alive": "green",
    "stale": "yellow",
    "stuck": "red",
    "gone": "dim",
    "unseen": "dim",
    "ok": "green",
    "warning": "yellow",
    "problem": "bold red",
}
LONGEST = 2_000
"""Characters of one cell."""


def print_json(data: Any) -> None:
    """Plain data as indented JSON; what JSON lacks (dates, sets, tuples ...) is tagged as it is stored."""
    click.echo(msgspec.json.format(exact.encode(data, limit=2**40), indent=2).decode())


def show(*lines: RenderableType, style: str = "") -> None:
    """Print to standard output as it is now: 80 columns and no colour in a pipe, NO_COLOR and COLUMNS respected."""
    screen = _console()
    with screen.capture() as captured:
        for line in lines:
            screen.print(line, style=style)
    # Whether there is colour has been decided already; click would take it out of every pipe, FORCE_COLOR or not.
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()), color=True)


def width() -> int:
    """Columns to fill."""
    return _console().width


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def text(value: object, style: str = "") -> Text:
    """One line of somebody else's text: no markup, no control characters."""
    from rich.text import Text

    return Text(one_line(str(value), LONGEST), style)


def word(value: str, shown: str | None = None) -> Text:
    """A status or health in its colour."""
    return text(shown if shown is not None else value.replace("_", " "), COLOURS.get(value, ""))


def facts(rows: Iterable[tuple[str, RenderableType]]) -> RenderableType:
    """Labels and what they stand for, in two columns."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in rows:
        grid.add_row(f"  {label}", value)
    return grid


def table(
    headers: Sequence[str], rows: Iterable[Sequence[RenderableType]], *, right: Sequence[str] = ()
) -> RenderableType:
    """A table without lines; nothing in it is cut, long text goes on in the next line."""
    from rich.table import Table

    made = Table(box=None, padding=(0, 1), pad_edge=False, header_style="dim")
    for header in headers:
        made.add_column(header, justify="right" if header in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made
