"""`jarvis-ctx export`: the audit trail as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jarvis_ctx.cli.moments import moment
from jarvis_ctx.cli.store import Place, source_options
from jarvis_ctx.errors import BadValue

if TYPE_CHECKING:
    from jarvis_ctx.insight.trail import Form


@click.command()
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True, help="Form.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only these kinds.")
@click.option("--since", callback=moment, metavar="WHEN", help="Only since 90s, 10m, 2h, 3d ago, or an ISO time.")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="A new file (0600), not the screen.")
@source_options
def export(place: Place, form: Form, kinds: tuple[str, ...], since: int | None, output: Path | None) -> None:
    """Write the audit trail: every event, a line each, chained by digests, without secrets."""
    from jarvis_ctx.disk.files import write_parts
    from jarvis_ctx.insight.timeline import Wanted

    if output is not None and output.exists():
        raise BadValue(name="--output", value=str(output), expected="a name that nothing has yet")
    with place.source() as source:
        lines = source.export(form, Wanted(kinds=kinds, since=since))
        if output is None:
            for line in lines:
                click.echo(line)
            return
        write_parts(output, (f"{line}\n".encode() for line in lines))
    click.echo(f"{output} was written.", err=True)
