"""Fixtures for pytest: `pytest_plugins = ["jarvis_ctx.testing.fixtures"]` in your top conftest.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jarvis_ctx.testing.stores import temporary_store

if TYPE_CHECKING:
    from jarvis_ctx.sidecar import JarvisContextManager


@pytest.fixture
def jarvis_store(tmp_path: Path) -> Iterator[Path]:
    """The folder of this test's own store: what the test attaches keeps its context there, and is closed after it."""
    with temporary_store(tmp_path / "jarvis-ctx") as folder:
        yield folder


@pytest.fixture
def jarvis_sidecar(jarvis_store: Path) -> Iterator[JarvisContextManager]:
    """An open, empty sidecar named `jarvis` in the test's own store; what has no name of its own joins it."""
    from jarvis_ctx.attach.manager import JarvisContextManager

    with JarvisContextManager() as manager:
        yield manager
