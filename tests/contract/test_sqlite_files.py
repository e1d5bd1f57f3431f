"""The SQLite store's files: made private and whole, refused when they are not ours, never started over in silence."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.errors import NewerSchema, StoreDamaged, StoreUnavailable, UnsafeFolder
from jarvis_ctx.storage.sqlite.connection import connect, writable
from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.migrations import SCHEMA
from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.contract.records import WRITER, batch, event, events, snapshot


def test_a_store_opened_again_holds_what_was_written(database: Path) -> None:
    store = SqliteStore(database)
    store.events.write(batch(events(1, 5)))
    store.checkpoints.put(snapshot("a"))
    store.close()

    store = SqliteStore(database)

    assert list(store.events.events("jarvis", {})) == events(1, 5)
    assert store.checkpoints.get("a") == snapshot("a")
    store.close()


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_every_file_is_private_whatever_the_umask(database: Path) -> None:
    store = SqliteStore(database)
    store.events.write(batch([event(1)]))

    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in database.parent.iterdir()}

    assert modes == {database.name + suffix: 0o600 for suffix in ("", "-wal", "-shm")}
    store.close()


def test_a_file_of_ours_that_others_could_read_is_made_private(database: Path) -> None:
    SqliteStore(database).close()
    database.chmod(0o664)

    SqliteStore(database).close()

    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def test_a_link_is_refused(database: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.db"
    SqliteStore(elsewhere).close()
    database.symlink_to(elsewhere)

    with pytest.raises(UnsafeFolder, match="is not a file"):
        SqliteStore(database)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_someone_else_is_refused(database: Path) -> None:
    SqliteStore(database).close()
    os.chown(database, 65534, 65534)

    with pytest.raises(UnsafeFolder, match="belongs to user 65534"):
        SqliteStore(database)


def test_nothing_but_the_database_is_left_after_making_and_closing_it(database: Path) -> None:
    store = SqliteStore(database)
    store.events.write(batch([event(1)]))

    store.close()

    assert [file.name for file in database.parent.iterdir()] == [database.name]


def _foreign(path: Path) -> None:
    connection = sqlite.connect(path)
    connection.executescript("CREATE TABLE mine (x); PRAGMA application_id = 7; PRAGMA user_version = 9;")
    connection.close()


def _truncated(path: Path) -> None:
    store = SqliteStore(path)
    store.events.write(batch(events(1, 500)))
    store.close()
    os.truncate(path, 4096 * 3 + 100)


DAMAGES = {
    "zero-length": lambda path: path.touch(),
    "garbage": lambda path: path.write_bytes(b"garbage " * 4000),
    "a few bytes": lambda path: path.write_bytes(b"SQLite"),
    "zeroes": lambda path: path.write_bytes(bytes(40960)),
    "without a schema": lambda path: _empty(path),
    "another program's": _foreign,
    "truncated": _truncated,
}


def _empty(path: Path) -> None:
    connection = sqlite.connect(path)
    connection.executescript("PRAGMA journal_mode = WAL; CREATE TABLE t (x); DROP TABLE t;")
    connection.close()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_is_no_database_of_ours_is_never_started_over(database: Path, damage: str) -> None:
    DAMAGES[damage](database)
    before = database.read_bytes()

    with pytest.raises(StoreDamaged) as refused:
        SqliteStore(database)

    assert refused.value.facts["path"] == str(database)
    assert database.read_bytes() == before


def test_a_folder_in_its_place_is_refused(database: Path) -> None:
    database.mkdir()

    with pytest.raises(UnsafeFolder, match="is not a file"):
        SqliteStore(database)


def test_a_missing_folder_is_a_store_that_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "jarvis_context.db"

    with pytest.raises(StoreUnavailable, match="No such file or directory") as refused:
        SqliteStore(path)

    assert not isinstance(refused.value, StoreDamaged)


def test_a_newer_schema_is_refused_and_its_file_untouched(database: Path) -> None:
    SqliteStore(database).close()
    connection = sqlite.connect(database)
    connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    connection.close()
    before = database.read_bytes()

    with pytest.raises(NewerSchema, match=f"schema {SCHEMA + 1}"):
        SqliteStore(database)

    assert database.read_bytes() == before
    assert [file.name for file in database.parent.iterdir()] == [database.name]


def test_rot_that_sqlite_notices_while_reading_is_reported_as_damage(database: Path) -> None:
    store = SqliteStore(database)
    store.events.write(batch(events(1, 2000)))
    store.close()
    _overwrite(database, 4096 * 40, bytes(4096 * 30))

    store = SqliteStore(database)

    with pytest.raises(StoreDamaged):
        list(store.events.events("jarvis", {}))
    store.close()


def test_a_row_whose_payload_rotted_can_be_read_and_taken_out_and_written_again(database: Path) -> None:
    store = SqliteStore(database)
    store.events.write(batch([event(1), event(2, note="needle"), event(3)]))
    store.close()
    _overwrite(database, database.read_bytes().index(b'"subject-2",{"note":"needle"'), b"\x01" * 20)
    store = SqliteStore(database)
    rotted = next(row for row in store.events.events("jarvis", {}) if row.number == 2)

    store.events.remove(WRITER, [2])
    store.events.write(batch([event(2)]))

    assert rotted.payload != event(2, note="needle").payload
    assert list(store.events.events("jarvis", {})) == events(1, 3)
    store.close()


def test_a_database_deleted_while_open_takes_no_more_writes(database: Path) -> None:
    store = SqliteStore(database)
    store.events.write(batch([event(1)]))
    database.unlink()

    with pytest.raises(StoreUnavailable):
        store.events.write(batch([event(2)]))

    store.close()
    assert not database.exists()


def test_a_database_replaced_while_open_takes_no_more_writes(database: Path, tmp_path: Path) -> None:
    store = SqliteStore(database)
    SqliteStore(tmp_path / "other.db").close()
    (tmp_path / "other.db").rename(database)

    with pytest.raises(StoreUnavailable, match="deleted or replaced"):
        store.events.write(batch([event(2)]))

    store.close()


def test_who_comes_while_another_turns_the_log_on_waits(database: Path) -> None:
    database.touch(mode=0o600)
    other = connect(database, "mode=rw", 1.0)
    other.execute("BEGIN IMMEDIATE")
    ending = threading.Timer(0.2, lambda: other.execute("COMMIT"))
    ending.start()

    waited = writable(database, 30.0)

    assert waited.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    ending.join()
    waited.close()
    other.close()


def test_a_store_that_could_not_be_made_leaves_nothing_behind(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jarvis_ctx.storage.sqlite.migrations.MIGRATIONS", ("0000_not_there.sql",))

    with pytest.raises(StoreUnavailable):
        SqliteStore(database)

    assert list(database.parent.iterdir()) == []


def test_a_file_system_without_links_gets_its_database_all_the_same(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)

    SqliteStore(database).close()

    assert [file.name for file in database.parent.iterdir()] == [database.name]


def _overwrite(path: Path, offset: int, data: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[offset : offset + len(data)] = data
    path.write_bytes(content)
