"""Databases of every released schema open, with all they hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.migrations import SCHEMA
from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.contract.records import START, WRITER, batch, event, lease, snapshot

RELEASED = range(1, SCHEMA + 1)
FOLDER = Path(__file__).parent


def planted(schema: int, folder: Path) -> Path:
    """A database of that schema, as its release wrote it."""
    path = folder / "jarvis_context.db"
    connection = sqlite.connect(path)
    connection.executescript((FOLDER / f"schema_{schema}.sql").read_text("utf-8"))
    connection.close()
    return path


def test_every_released_schema_has_its_fixture() -> None:
    fixtures = {path.name for path in FOLDER.glob("schema_*.sql")}

    assert fixtures == {f"schema_{schema}.sql" for schema in RELEASED}


def test_the_present_schema_has_a_whole_store() -> None:
    """Made once, when it is released, by `tests.migrations.released`; never again."""
    assert (FOLDER / f"store_{SCHEMA}.tar.gz").exists()


@pytest.mark.parametrize("schema", RELEASED)
def test_a_database_of_a_released_schema_opens_with_all_it_holds(schema: int, store_path: Path) -> None:
    store = SqliteStore(planted(schema, store_path))

    assert [row.number for row in store.events.events("jarvis", {})] == [1, 2, 3]
    assert store.events.watermarks() == {WRITER: 3}
    assert store.events.epochs() == {"jarvis": 3}
    assert store.checkpoints.get("a") == snapshot("a", epoch=3, label="before")
    assert store.leases.all("jarvis") == [lease("parser", START, load=1)]
    store.close()


@pytest.mark.parametrize("schema", RELEASED)
def test_a_database_of_a_released_schema_takes_new_events(schema: int, store_path: Path) -> None:
    store = SqliteStore(planted(schema, store_path))

    store.events.write(batch([event(4, kind="DecisionLogged")]))

    assert len(store.queries.entries("jarvis", "DecisionLogged", 9)) == 2
    assert store.queries.facts()["schema"] == SCHEMA
    store.close()


@pytest.mark.parametrize("schema", RELEASED)
def test_a_migrated_database_has_the_tables_of_a_new_one(schema: int, store_path: Path, tmp_path: Path) -> None:
    old, new = planted(schema, store_path), tmp_path / "new.db"

    for path in (old, new):
        SqliteStore(path).close()

    assert _tables(old) == _tables(new)


def _tables(path: Path) -> list[tuple[str, str]]:
    connection = sqlite.connect(path)
    found = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY name").fetchall()
    connection.close()
    return [(name, " ".join(sql.replace('"', "").split())) for name, sql in found]
