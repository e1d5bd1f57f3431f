"""What is done by hand in a store whose run died with events that no drain had moved."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from jarvis_ctx import settings
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar import checkpoint_offline, clean_offline
from tests.unit.retention.aged import begin, old_store
from tests.unit.sidecar.test_rebuilding import tables


@pytest.fixture
def dead(store_path: Path, tmp_path: Path) -> Path:
    """A copy of a store whose last event is in the journal alone."""
    with old_store(store_path, drain_interval=3600.0) as manager:
        manager.update_task_progress("open", {"percentage": 99})
        return Path(shutil.copytree(store_path, tmp_path / "dead"))


def shown(store: Path) -> list[float]:
    return [
        row["percentage"] for row in tables(store / "jarvis_context.db")["task_progress"] if row["task_id"] == "open"
    ]


@pytest.mark.parametrize("work", [checkpoint_offline, clean_offline])
def test_the_next_start_brings_the_tables_up_to_date(dead: Path, work: Callable[[Settings], object]) -> None:
    assert shown(dead) == [40]

    work(settings.load({"path": dead, "retention_days": 365}, environ={}))
    with begin(dead, 61) as manager:
        manager.flush()

    assert shown(dead) == [99]
