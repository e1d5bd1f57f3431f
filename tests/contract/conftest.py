"""The engines each contract suite runs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.storage.memory.store import MemoryStore
from jarvis_ctx.storage.sqlite.store import SqliteStore

Store = MemoryStore | SqliteStore


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, store_path: Path) -> Iterator[Store]:
    """A fresh store of each engine."""
    made = MemoryStore() if request.param == "memory" else SqliteStore(store_path / "jarvis_context.db")
    yield made
    made.close()


@pytest.fixture
def database(store_path: Path) -> Path:
    """Where the SQLite store of a test lies; nothing is there yet."""
    return store_path / "jarvis_context.db"


@pytest.fixture
def sqlite_store(database: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(database)
    yield made
    made.close()
