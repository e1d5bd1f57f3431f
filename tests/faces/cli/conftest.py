"""The command line as it is called, on a store whose process was killed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from jarvis_ctx.cli import main
from tests.unit.insight.dying import living

Call = Callable[..., Result]


@pytest.fixture(scope="session")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store as a process left it that was killed; not to be touched."""
    store = tmp_path_factory.mktemp("killed") / "store"
    with living(store):
        pass
    return store


@pytest.fixture
def dead(killed: Path, tmp_path: Path) -> Path:
    """A copy of the killed process's store."""
    return Path(shutil.copytree(killed, tmp_path / "dead"))


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """`jarvis-ctx` with these arguments, in this process, from a folder without settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run
