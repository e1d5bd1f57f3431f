"""Each command answers a program, too: with `--json`, or it is among the few that are named with their reason."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from jarvis_ctx.cli import main
from tests.faces.cli.processes import ROOT

PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
WITHOUT = re.findall(r"`([a-z -]+)`", PAGE[PAGE.index("Without `--json`:") :].split("\n\n")[0].partition(":")[2])
"""The commands that the page says have no `--json`."""


def commands(group: click.Group = main, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command by its full name, those of groups within, too."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def has_json(command: click.Command) -> bool:
    return any("--json" in parameter.opts for parameter in command.params)


def test_the_page_names_the_commands_without_json() -> None:
    assert [name for name, command in commands() if not has_json(command) and name not in WITHOUT] == []


@pytest.mark.parametrize("name", [name for name, command in commands() if has_json(command)])
def test_the_keys_of_each_json_are_on_the_page(name: str) -> None:
    sections = re.findall(r"^### .*", PAGE, re.MULTILINE)

    assert [section for section in sections if f"`{name} " in section and "--json`" in section]
