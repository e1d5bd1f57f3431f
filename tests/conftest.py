"""What every test gets: a clean environment, a folder for a store, and a search for what it left behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import leaks

GRACE = 2.0

# A background job of a shell ignores these, which every process of a test would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    """A private folder for a store, as the product itself would make it."""
    path = tmp_path / "store"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test after which a thread of its own still runs, or a file below its tmp_path is still open."""
    before = leaks.running_threads()
    yield
    threads = leaks.left_threads(before, GRACE)
    folder = request.node.funcargs.get("tmp_path")
    files = leaks.left_files(folder) if folder else []
    assert not threads, f"threads left running: {threads}"
    assert not files, f"files left open: {files}"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the person who runs the tests do not reach them."""
    for name in [name for name in os.environ if name.startswith("JARVIS_")]:
        monkeypatch.delenv(name)
