"""One scene a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.checkpoint.taking import Scene


@pytest.fixture
def scene(store_path: Path) -> Scene:
    return Scene(store_path)
