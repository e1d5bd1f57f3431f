"""The database made anew from the files alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx import settings
from jarvis_ctx.errors import AlreadyRunning, NoStore
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.rebuilding import rebuild_database
from jarvis_ctx.storage.sqlite.driver import sqlite
from tests.unit.retention.aged import begin, old_store

TABLES = ("events", "task_progress", "decision_log", "agent_coordination", "runs", "writers")


def at(path: Path) -> settings.Settings:
    return settings.load({"path": path}, environ={})


def tables(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table, writers by name, for a database numbers them as they come."""
    connection = sqlite.connect(path)
    connection.row_factory = sqlite.Row
    names = {row["id"]: row["writer"] for row in connection.execute("SELECT id, writer FROM writers")}
    found = {}
    for table in TABLES:
        rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
        for row in rows:
            row["writer_id"] = names.get(row.get("writer_id"))
            row.pop("id", None)
        found[table] = sorted(rows, key=repr)
    connection.close()
    return found


@pytest.mark.parametrize("cleaned", [False, True])
def test_a_rebuilt_database_has_the_rows_of_the_old_one(store_path: Path, cleaned: bool) -> None:
    with old_store(store_path) as manager:
        if cleaned:
            manager.cleanup(dry_run=False)
        manager.update_task_progress("open", {"percentage": 70})
    before = tables(store_path / "jarvis_context.db")

    result = rebuild_database(at(store_path))

    after = tables(store_path / "jarvis_context.db")
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    assert (result.damaged, result.moved_aside) == ([], "jarvis_context.db.replaced-1")


def test_a_run_goes_on_with_a_rebuilt_database(store_path: Path) -> None:
    old_store(store_path).close()
    rebuild_database(at(store_path))

    with begin(store_path, 61) as manager:
        manager.update_task_progress("open", {"percentage": 80})
        manager.flush()

        assert manager.recovery_report is None
        assert manager.journal.health().drained == manager.journal.health().appended


def test_a_task_that_has_retired_has_its_row_again(store_path: Path) -> None:
    with begin(store_path, 0) as first:
        first.update_task_progress("done", {"status": "completed", "description": "early"})
    with begin(store_path, 5) as manager:
        manager.cleanup(dry_run=False)

    rebuild_database(at(store_path))

    rows = tables(store_path / "jarvis_context.db")["task_progress"]
    assert [(row["task_id"], row["description"]) for row in rows] == [("done", "early")]


def test_a_database_that_is_gone_is_made_from_the_files(store_path: Path) -> None:
    old_store(store_path).close()
    before = tables(store_path / "jarvis_context.db")
    (store_path / "jarvis_context.db").unlink()
    steps: list[tuple[int, int]] = []

    result = rebuild_database(at(store_path), lambda done, of: steps.append((done, of)))

    assert tables(store_path / "jarvis_context.db") == before
    assert (result.moved_aside, steps[-1][0] == steps[-1][1]) == ("", True)


def test_a_store_that_somebody_runs_is_not_rebuilt(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False), pytest.raises(AlreadyRunning):
        rebuild_database(at(store_path))


def test_a_folder_without_a_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoStore):
        rebuild_database(at(tmp_path / "nowhere"))
