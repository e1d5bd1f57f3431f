"""`jarvis-ctx diff`: what changed between two moments."""

from __future__ import annotations

import click

from jarvis_ctx.cli.screen import print_json, width
from jarvis_ctx.cli.store import Place, json_option, source_options


@click.command()
@click.argument("a")
@click.argument("b", default="now")
@json_option
@source_options
def diff(place: Place, a: str, b: str, as_json: bool) -> None:
    """Show what changed from moment A to moment B (now).

    A moment is a recovery point's label or id, a run's id (as it was left), a time like 2026-11-21T09:30:00Z, or now.
    """
    from jarvis_ctx.insight.diff import to_json
    from jarvis_ctx.insight.diff_text import render

    with place.source() as source:
        found = source.diff(a, b)
    if as_json:
        print_json(to_json(found))
    else:
        click.echo(render(found, width=min(width(), 100)), nl=False)
