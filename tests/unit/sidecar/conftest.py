"""An encrypted store with something in every layer, and what opens it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.unit.retention.test_purge import spread

OLD, NEW = "01" * 32, "02" * 32


@pytest.fixture(scope="session")
def spread_sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with something in every layer, sealed with the old key; not to be touched."""
    store = tmp_path_factory.mktemp("spread_sealed") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEYS", OLD)
        patch.setenv("JARVIS_ENCRYPTION_KEY", "env:KEYS")
        spread(store)
    for path in (store / "jarvis_context.db.damaged-1", store / "run-jarvis.fault"):
        path.unlink()
    return store


@pytest.fixture
def sealed_store(spread_sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, whose key is given."""
    monkeypatch.setenv("KEYS", OLD)
    monkeypatch.setenv("JARVIS_ENCRYPTION_KEY", "env:KEYS")
    return Path(shutil.copytree(spread_sealed, tmp_path / "sealed"))
