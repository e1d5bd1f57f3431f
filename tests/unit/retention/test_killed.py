"""Cleaning up and purging, killed in the middle and done again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jarvis_ctx import settings
from jarvis_ctx.sidecar import clean_offline
from jarvis_ctx.sidecar.purges import purge
from tests.unit.retention.aged import LONG_AGO, SINCE, begin, old_store
from tests.unit.retention.test_cleanup import in_files, said

CHILD = """
import os, sys
from unittest.mock import patch
from jarvis_ctx import settings
from jarvis_ctx.sidecar import clean_offline
from jarvis_ctx.sidecar.purges import purge

path, step, work, value = sys.argv[1:]
chosen = settings.load({"path": path, "retention_days": 1000})
with patch(step, lambda *given, **named: os._exit(9)):
    clean_offline(chosen) if work == "clean" else purge(chosen, value)
"""

CLEANING = [
    "jarvis_ctx.checkpoint.keeper.Keeper.take",
    "jarvis_ctx.storage.sqlite.events.SqliteEvents.cut",
    "jarvis_ctx.journal.archive.replace",
    "jarvis_ctx.storage.sqlite.upkeep.SqliteUpkeep.shrink",
]
PURGING = [
    "jarvis_ctx.disk.shred._overwrite",
    "jarvis_ctx.storage.sqlite.upkeep.SqliteUpkeep.purge",
]


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("aged") / "store"
    old_store(path).close()
    return path


@pytest.fixture
def store(aged: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(aged, tmp_path / "store"))


def killed_at(path: Path, step: str, work: str, value: str = SINCE) -> int:
    return subprocess.run([sys.executable, "-c", CHILD, str(path), step, work, value], check=False).returncode


@pytest.mark.crash
@pytest.mark.parametrize("step", CLEANING)
def test_a_cleanup_that_is_killed_is_finished_by_the_next(store: Path, step: str) -> None:
    chosen = settings.load({"path": store, "retention_days": 1000}, environ={})

    status = killed_at(store, step, "clean")
    clean_offline(chosen)

    with begin(store, 61) as manager:
        manager.flush()
        assert status == 9
        assert said(manager) == {SINCE}
        assert [task["id"] for task in manager.tasks()] == ["open"]
        assert (manager.recovery_report, manager.cleanup().events) == (None, 0)


@pytest.mark.crash
@pytest.mark.parametrize("step", PURGING)
def test_a_purge_that_is_killed_is_finished_by_the_next(store: Path, step: str) -> None:
    status = killed_at(store, step, "purge")
    purge(settings.load({"path": store}, environ={}), SINCE)

    with begin(store, 61) as manager:
        manager.flush()
        assert status == 9
        assert said(manager) == {LONG_AGO, "[purged]"}
        assert SINCE not in in_files(store)
