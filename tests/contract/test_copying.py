"""The `Copying` port: a copy of one moment, while others go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.contract.conftest import Store
from tests.contract.records import WRITER, batch, events


def test_a_copy_says_how_far_it_has_each_writer_or_is_none(store: Store, tmp_path: Path) -> None:
    store.events.write(batch(events(1, 700)))
    target, steps = tmp_path / "copy.db", []

    reached = store.copying.copy(target, lambda done, of: steps.append((done, of)))

    assert reached == ({WRITER: 700} if target.exists() else None)
    assert all(done <= of for done, of in steps)


def test_a_closed_store_is_not_copied(store: Store, tmp_path: Path) -> None:
    store.close()

    with pytest.raises(StoreUnavailable):
        store.copying.copy(tmp_path / "copy.db", lambda done, of: None)


def test_a_copy_has_what_was_committed_before_it_began_and_not_half_of_what_came_later(
    sqlite_store: SqliteStore, tmp_path: Path
) -> None:
    sqlite_store.events.write(batch(events(1, 3000)))
    more = iter([batch(events(3001, 3500))])

    def write(done: int, of: int) -> None:
        for given in more:
            sqlite_store.events.write(given)

    reached = sqlite_store.copying.copy(tmp_path / "copy.db", write)

    copy = SqliteStore(tmp_path / "copy.db", viewer=True)
    kept = [row.number for row in copy.events.events("jarvis", {})]
    copy.close()
    assert (reached, kept) == ({WRITER: 3000}, list(range(1, 3001)))
    assert sqlite_store.events.watermarks() == {WRITER: 3500}


def test_a_copy_is_one_private_file(sqlite_store: SqliteStore, tmp_path: Path) -> None:
    sqlite_store.events.write(batch(events(1, 3)))

    sqlite_store.copying.copy(tmp_path / "copy.db", lambda done, of: None)

    assert [path.name for path in tmp_path.glob("copy.db*")] == ["copy.db"]
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_a_copy_of_damage_is_refused(sqlite_store: SqliteStore, database: Path, tmp_path: Path) -> None:
    sqlite_store.events.write(batch(events(1, 2000)))
    sqlite_store.close()
    data = bytearray(database.read_bytes())
    data[20_480:40_960] = b"\xff" * 20_480
    database.write_bytes(data)
    viewer = SqliteStore(database, viewer=True)

    with pytest.raises(StoreUnavailable):
        viewer.copying.copy(tmp_path / "copy.db", lambda done, of: None)
    viewer.close()
