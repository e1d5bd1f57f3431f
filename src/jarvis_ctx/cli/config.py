"""`jarvis-ctx config`: each setting, its value, and where that comes from."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import click

from jarvis_ctx.cli.screen import print_json, show, table, text
from jarvis_ctx.cli.store import Place, json_option, place_options

if TYPE_CHECKING:
    from rich.text import Text


@click.command()
@click.option("--example", is_flag=True, help="Print a configuration file with every setting at its default.")
@json_option
@place_options("these are the settings that a sidecar would have here")
def config(place: Place, example: bool, as_json: bool) -> None:
    """Show each setting, its value, and where that comes from. Looks at no store."""
    if example and as_json:
        raise click.UsageError("--example prints YAML, --json does not: give one of them.")
    if example:
        click.echo(files("jarvis_ctx.cli").joinpath("example.yaml").read_text(encoding="utf-8"), nl=False)
        return
    from jarvis_ctx.insight.configuration import lines

    found = lines({"path": place.path, "name": place.name})
    if as_json:
        print_json(found)
        return
    show(table(("Setting", "Value", "From"), [_row(line) for line in found]))


def _row(line: dict[str, Any]) -> tuple[Text, ...]:
    value, source = line["value"], line["source"]
    said = str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
    where = f"{source} ({line['variable']})" if source in ("the environment", ".env") else source
    changed = "" if source == "the default" else "bold"
    return text(line["setting"], changed), text(said, changed), text(where, changed or "dim")
