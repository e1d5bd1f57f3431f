"""docs/troubleshooting.md shows what is really printed: each of its troubles is made, and its commands are run."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from jarvis_ctx.cli import main
from tests.docs.troubles import STORE, TROUBLES
from tests.unit.insight.dying import living

PAGE = (Path(__file__).parents[2] / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"<!-- trouble: (.+?) -->\n```console\n(.*?)```", PAGE, re.DOTALL)
COMMAND = re.compile(r"^\$ jarvis-ctx (.*)\n", re.MULTILINE)
FIRST = ["## Context not saving", "## Recovery failing", "## High memory usage"]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("killed") / "store"
    with living(store):
        pass
    return store


@pytest.fixture
def folder(killed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a program, with the store of its killed process."""
    shutil.copytree(killed, tmp_path / STORE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "1000")
    return tmp_path


def as_shown(printed: str, folder: Path) -> str:
    return " ".join(printed.replace(str(folder), "/srv/app").split())


def pattern(shown: str) -> re.Pattern[str]:
    """What was shown, where `...` stands for anything and blanks for blanks."""
    parts = [re.escape(" ".join(part.split())) for part in shown.split("...")]
    return re.compile(r"\s*" + r"\s*.*?\s*".join(parts) + r"\s*\Z", re.DOTALL)


@pytest.mark.parametrize(("trouble", "block"), SHOWN, ids=[f"{trouble}-{n}" for n, (trouble, _) in enumerate(SHOWN)])
def test_what_is_shown_is_what_is_printed(trouble: str, block: str, folder: Path) -> None:
    pieces = COMMAND.split(block)[1:]
    shown = list(zip(pieces[::2], pieces[1::2], strict=True))

    with TROUBLES[trouble](folder):
        printed = [CliRunner().invoke(main, shlex.split(command)) for command, _ in shown]

    for (command, output), result in zip(shown, printed, strict=True):
        said = as_shown(result.stdout + result.stderr, folder)
        assert pattern(output).match(said), f"$ jarvis-ctx {command}\n{said}"


def test_every_trouble_is_shown() -> None:
    assert {trouble for trouble, _ in SHOWN} == set(TROUBLES)


def test_the_page_begins_with_the_three_troubles_of_old() -> None:
    headings = re.findall(r"^## .*", PAGE, re.MULTILINE)

    assert headings[:3] == FIRST


def test_a_block_that_shows_something_else_is_caught() -> None:
    assert pattern("a ... c").match("a b c")
    assert not pattern("a ... d").match("a b c")
    assert not pattern("a").match("a b")
