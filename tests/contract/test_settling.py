"""The `Upkeep` port's `settle`: what lies in a log moves into the store, and the log's room is given back."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.contract.conftest import Store
from tests.contract.records import WRITER, batch, events


def log_of(database: Path) -> Path:
    return database.with_name(f"{database.name}-wal")


def test_a_store_that_settles_keeps_all_it_had(store: Store) -> None:
    store.events.write(batch(events(1, 4000)))

    store.upkeep.settle()

    assert store.events.watermarks() == {WRITER: 4000}


def test_a_log_that_has_grown_is_emptied(sqlite_store: SqliteStore, database: Path) -> None:
    sqlite_store.events.write(batch(events(1, 4000)))
    grown = log_of(database).stat().st_size

    sqlite_store.upkeep.settle()

    assert grown > 256 * 1024
    assert log_of(database).stat().st_size == 0


def test_a_reader_in_the_way_is_not_waited_for(sqlite_store: SqliteStore, database: Path) -> None:
    sqlite_store.events.write(batch(events(1, 4000)))
    with closing(SqliteStore(database, busy=0)) as other, other._database.transaction() as reader:
        reader.execute("SELECT * FROM events").fetchone()
        sqlite_store.upkeep.settle()

    assert sqlite_store.events.watermarks() == {WRITER: 4000}


def test_a_settled_store_waits_for_others_as_long_as_before(sqlite_store: SqliteStore) -> None:
    sqlite_store.events.write(batch(events(1, 4000)))

    sqlite_store.upkeep.settle()

    with sqlite_store._database.writing() as connection:
        assert connection.execute("PRAGMA busy_timeout").fetchone() == (1000,)
