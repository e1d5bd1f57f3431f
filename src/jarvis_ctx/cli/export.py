"""`jarvis-ctx export`: the audit trail as a file."""

from __future__ import annotations

from pathlib import Path

import click

from jarvis_ctx.cli.moments import moment
from jarvis_ctx.cli.store import Place, place_options
from jarvis_ctx.clock import SystemClock, iso
from jarvis_ctx.errors import BadValue


@click.command()
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True, help="Form.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only these kinds.")
@click.option("--since", callback=moment, metavar="WHEN", help="Only since 90s, 10m, 2h, 3d ago, or an ISO time.")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="A new file (0600), not the screen.")
@place_options
def export(place: Place, form: str, kinds: tuple[str, ...], since: int | None, output: Path | None) -> None:
    """Write the audit trail: every event, a line each, chained by digests, without secrets."""
    from jarvis_ctx.disk.files import write_whole
    from jarvis_ctx.insight import trail
    from jarvis_ctx.insight.timeline import Wanted

    if output is not None and output.exists():
        raise BadValue(name="--output", value=str(output), expected="a name that nothing has yet")
    made = trail.json_lines if form == "jsonl" else trail.comma_lines
    with place.view() as view:
        lines = list(made(view, Wanted(kinds=kinds, since=since), iso(SystemClock().wall())))
    if output is None:
        for line in lines:
            click.echo(line)
        return
    write_whole(output, ("\n".join(lines) + "\n").encode())
    click.echo(f"{output} was written.", err=True)
