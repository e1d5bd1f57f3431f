"""What each test of the journal gets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.journal.journal import Journal
from tests.unit.journal.build import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path)


@pytest.fixture
def journal(store: Store) -> Iterator[Journal]:
    """An open journal in `store`, its background not started."""
    with store.journal() as journal:
        yield journal
