"""A live sidecar whose clock stands still, and a store whose process was killed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.sidecar import JarvisContextManager
from tests.unit.insight.dying import living
from tests.unit.insight.planted import PlantedClock


@pytest.fixture
def clock() -> PlantedClock:
    return PlantedClock()


@pytest.fixture
def manager(store_path: Path, clock: PlantedClock) -> Iterator[JarvisContextManager]:
    """A live, empty sidecar that keeps three entries of each kind in its state."""
    with JarvisContextManager(store_path, clock=clock, handle_signals=False, history_size=3) as manager:
        yield manager


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
