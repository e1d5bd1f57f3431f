"""Migrating: one step and its record together, once, or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from jarvis_ctx.errors import StoreDamaged, StoreUnavailable
from jarvis_ctx.storage.sqlite import migrations
from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.contract.records import batch, events
from tests.migrations.test_released_schemas import planted

Plant = Callable[..., None]

SCHEMA = migrations.SCHEMA
ADDS = "CREATE TABLE added (x);\nINSERT INTO added\nVALUES (';');\n"
FAILS = ADDS + "INSERT INTO not_there VALUES (1);\n"


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Releases further migrations after the real ones."""

    def release(*scripts: str) -> None:
        folder, names = tmp_path / "sql", list(migrations.MIGRATIONS)
        folder.mkdir()
        for name in names:
            (folder / name).write_text((migrations._FOLDER / name).read_text())
        for script in scripts:
            names.append(f"{len(names) + 1:04d}_planted.sql")
            (folder / names[-1]).write_text(script)
        monkeypatch.setattr(migrations, "_FOLDER", folder)
        monkeypatch.setattr(migrations, "MIGRATIONS", tuple(names))
        monkeypatch.setattr(migrations, "SCHEMA", len(names))

    return release


def _found(path: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite.connect(path)
    found: list[tuple[object, ...]] = connection.execute(statement).fetchall()
    connection.close()
    return found


def test_an_older_database_is_migrated_when_it_is_opened_and_each_step_is_recorded(
    store_path: Path, plant: Plant
) -> None:
    path = planted(1, store_path)
    plant(ADDS, "DROP TABLE added;")

    SqliteStore(path).close()

    assert _found(path, "PRAGMA user_version") == [(SCHEMA + 2,)]
    assert [number for (number,) in _found(path, "SELECT number FROM migrations")] == [*range(1, SCHEMA + 3)]


def test_a_step_that_fails_leaves_the_database_as_it_was(store_path: Path, plant: Plant) -> None:
    path = planted(1, store_path)
    plant(FAILS)

    with pytest.raises(StoreUnavailable, match="not_there") as refused:
        SqliteStore(path)

    assert not isinstance(refused.value, StoreDamaged)
    assert _found(path, "PRAGMA user_version") == [(SCHEMA,)]
    assert _found(path, "SELECT name FROM sqlite_schema WHERE name = 'added'") == []


def test_the_steps_before_one_that_fails_stay_and_are_not_done_again(store_path: Path, plant: Plant) -> None:
    path = planted(1, store_path)
    plant(ADDS, FAILS)

    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="already exists"):
            SqliteStore(path)

    assert _found(path, "PRAGMA user_version") == [(SCHEMA + 1,)]
    assert _found(path, "SELECT count(*) FROM added") == [(1,)]


def test_threads_that_open_an_older_database_at_once_migrate_it_once(store_path: Path, plant: Plant) -> None:
    path = planted(1, store_path)
    plant(ADDS)

    threads = [threading.Thread(target=lambda: SqliteStore(path).close()) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert _found(path, "SELECT count(*) FROM added") == [(1,)]
    assert [number for (number,) in _found(path, "SELECT number FROM migrations")] == [*range(1, SCHEMA + 2)]


def test_a_viewer_reads_an_older_database_and_does_not_migrate_it(store_path: Path, plant: Plant) -> None:
    path = planted(1, store_path)
    plant(ADDS)

    viewer = SqliteStore(path, viewer=True)
    seen = viewer.queries.facts()["events"]
    viewer.close()

    assert seen == 3
    assert _found(path, "PRAGMA user_version") == [(1,)]


def test_a_new_database_goes_through_every_step(store_path: Path, plant: Plant) -> None:
    path = store_path / "jarvis_context.db"
    plant(ADDS)

    store = SqliteStore(path)
    store.events.write(batch(events(1, 2)))
    store.close()

    assert [number for (number,) in _found(path, "SELECT number FROM migrations")] == [*range(1, SCHEMA + 2)]


def test_a_script_is_taken_apart_at_the_ends_of_its_statements() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n  DELETE FROM b;\n  DELETE FROM c;\nEND;\n"
    script = f"-- a comment; with a semicolon\n{ADDS}\n{trigger}"

    found = list(migrations.statements(script))

    assert [statement.split("\n")[-2].strip() for statement in found] == [
        "CREATE TABLE added (x);",
        "VALUES (';');",
        "END;",
    ]
