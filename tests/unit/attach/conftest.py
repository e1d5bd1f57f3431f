"""A store of its own for each test, and no sidecar left open after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.attach import table


@pytest.fixture(autouse=True)
def store(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that settings lead to where a test names none."""
    monkeypatch.setenv("JARVIS_CONTEXT_PATH", str(store_path))
    monkeypatch.setenv("JARVIS_HANDLE_SIGNALS", "false")
    monkeypatch.chdir(store_path.parent)
    yield store_path
    table.close_all()
