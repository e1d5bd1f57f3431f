"""`jarvis-ctx report`: what the last recovery found and did."""

from __future__ import annotations

from typing import Any

import click

from jarvis_ctx.cli.screen import print_json, width
from jarvis_ctx.cli.store import Place, json_option, source_options
from jarvis_ctx.recovery.text import render


@click.command()
@json_option
@source_options
def report(place: Place, as_json: bool) -> None:
    """Show the latest recovery report: why it died, what is lost, what carries on."""
    with place.source() as source:
        found = source.report()
        doubts = source.still_in_doubt(found) if found is not None and not as_json else []
        instead = _instead(source.status()) if found is None and not as_json else ""
    if as_json:
        print_json(found.to_json() if found is not None else None)
    elif found is None:
        click.echo(instead)
    else:
        click.echo(render(found, doubts=doubts, width=min(width(), 100)), nl=False)


def _instead(status: dict[str, Any]) -> str:
    """Why there is no report."""
    if status["state"] != "empty":
        return "There has been no recovery here."
    if status["supervisor"] is None:
        return "Nothing is captured here yet, so there is no recovery to report on."
    return (
        "The program captures nothing, or nothing yet, so there is no recovery to report on.\n"
        "How its processes ended: jarvis-ctx resources"
    )
