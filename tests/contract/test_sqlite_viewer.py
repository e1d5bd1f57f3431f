"""A viewer of a SQLite store, live or dead: it sees what is there and leaves the folder as it was."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from jarvis_ctx.errors import NewerSchema, NoStore, StoreDamaged, StoreUnavailable
from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.contract.children import Child
from tests.contract.records import WRITER, batch, event, events, lease, snapshot


def _bytes(folder: Path) -> dict[str, bytes]:
    """Every file's content but the index's, which is memory that all connections share."""
    return {file.name: b"" if file.name.endswith("-shm") else file.read_bytes() for file in folder.iterdir()}


def _killed_store(database: Path) -> None:
    """Leaves the files of a store whose one writer was killed after at least one batch."""
    child = Child("writes", database)
    child.said()
    child.kill()


def test_a_viewer_of_a_store_that_was_closed_sees_it_and_leaves_the_folder_as_it_was(database: Path) -> None:
    store = SqliteStore(database)
    store.events.write(batch(events(1, 3)))
    store.close()
    before = _bytes(database.parent)

    viewer = SqliteStore(database, viewer=True)
    found = list(viewer.events.events("jarvis", {}))
    during = _bytes(database.parent)
    viewer.close()

    assert found == events(1, 3)
    assert during == _bytes(database.parent) == before


@pytest.mark.crash
@pytest.mark.parametrize("lost", [(), ("-shm",), ("-wal",), ("-wal", "-shm")])
def test_a_viewer_of_a_killed_store_leaves_the_folder_as_it_was(database: Path, lost: tuple[str, ...]) -> None:
    _killed_store(database)
    for suffix in lost:
        database.with_name(database.name + suffix).unlink()
    before = _bytes(database.parent)

    viewer = SqliteStore(database, viewer=True)
    seen = viewer.events.watermarks()
    viewer.close()

    assert _bytes(database.parent) == before
    assert "-wal" in lost or seen[WRITER] >= 20


@pytest.mark.crash
def test_a_viewer_beside_a_live_writer_sees_each_batch_whole(database: Path) -> None:
    child = Child("writes", database)
    child.said()
    viewer = SqliteStore(database, viewer=True)

    seen = [(int(child.said()), viewer.events.watermarks()[WRITER]) for _ in range(30)]
    listing = sorted(os.listdir(database.parent))
    viewer.close()
    child.kill()

    assert all(watermark >= said and watermark % 20 == 0 for said, watermark in seen)
    assert listing == [database.name + suffix for suffix in ("", "-shm", "-wal")]


def test_a_viewer_opened_before_a_writer_sees_what_it_writes_and_does_not_hinder_it(database: Path) -> None:
    SqliteStore(database).close()
    viewer = SqliteStore(database, viewer=True)
    before = viewer.leases.all("jarvis")

    with Child("opens", database) as child:
        assert child.said() == "open"
        during = viewer.leases.all("jarvis")

    assert (before, during) == ([], [lease("child", 1)])
    assert viewer.leases.all("jarvis") == during
    viewer.close()


@pytest.mark.crash
def test_a_writer_may_begin_in_a_process_that_already_views_a_dead_store(database: Path) -> None:
    _killed_store(database)
    viewer = SqliteStore(database, viewer=True)
    viewer.events.watermarks()

    store = SqliteStore(database)
    store.leases.put("jarvis", [lease("a", 1)])

    assert viewer.leases.all("jarvis") == [lease("a", 1)]
    viewer.close()
    store.leases.put("jarvis", [lease("a", 2)])
    store.close()
    assert os.listdir(database.parent) == [database.name]


def test_a_viewer_that_believed_itself_alone_follows_a_store_that_was_replaced(database: Path, tmp_path: Path) -> None:
    SqliteStore(database).close()
    viewer = SqliteStore(database, viewer=True)
    viewer.events.watermarks()
    other = SqliteStore(tmp_path / "other.db")
    other.events.write(batch([event(1)]))
    other.close()

    (tmp_path / "other.db").rename(database)

    assert viewer.events.watermarks() == {WRITER: 1}
    viewer.close()


@pytest.mark.crash
def test_a_copied_folder_without_its_index_is_read_from_a_copy_that_goes_away(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    _killed_store(database)
    database.with_name(database.name + "-shm").unlink()

    viewer = SqliteStore(database, viewer=True)
    seen = viewer.events.watermarks()
    viewer.close()

    assert seen[WRITER] >= 20
    assert [file.name for file in tmp_path.iterdir()] == ["store"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_viewer_reads_a_store_in_a_folder_it_may_not_write(database: Path) -> None:
    store = SqliteStore(database)
    store.events.write(batch(events(1, 3)))
    store.close()
    database.parent.chmod(0o500)

    viewer = SqliteStore(database, viewer=True)

    assert viewer.events.watermarks() == {WRITER: 3}
    viewer.close()
    database.parent.chmod(0o700)


def test_a_viewer_of_nothing_is_told_so_and_makes_nothing(database: Path) -> None:
    with pytest.raises(NoStore, match=str(database.parent)):
        SqliteStore(database, viewer=True)

    assert list(database.parent.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"garbage " * 4000])
def test_a_viewer_of_a_damaged_file_is_told_so(database: Path, content: bytes) -> None:
    database.write_bytes(content)

    with pytest.raises(StoreDamaged):
        SqliteStore(database, viewer=True)

    assert database.read_bytes() == content


def test_a_viewer_of_a_newer_schema_is_told_so(database: Path) -> None:
    SqliteStore(database).close()
    connection = sqlite.connect(database)
    connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(NewerSchema, match="schema 99"):
        SqliteStore(database, viewer=True)


def test_a_viewer_refuses_to_write(database: Path) -> None:
    SqliteStore(database).close()
    viewer = SqliteStore(database, viewer=True)

    for call in (
        lambda: viewer.events.write(batch([event(1)])),
        lambda: viewer.checkpoints.put(snapshot("a")),
        lambda: viewer.leases.put("jarvis", []),
        lambda: viewer.events.sync(),
    ):
        with pytest.raises(StoreUnavailable, match="viewing only"):
            call()

    viewer.close()


def test_a_copy_of_the_closed_file_can_be_viewed_anywhere(database: Path, tmp_path: Path) -> None:
    store = SqliteStore(database)
    store.events.write(batch(events(1, 3)))
    store.close()
    shutil.copy(database, tmp_path / "a copy with ?, # and ü.db")

    viewer = SqliteStore(tmp_path / "a copy with ?, # and ü.db", viewer=True)

    assert viewer.events.watermarks() == {WRITER: 3}
    viewer.close()
