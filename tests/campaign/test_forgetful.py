"""The disk that forgets has after a cut what was synced, and nothing else."""

from __future__ import annotations

import mmap
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from jarvis_ctx.disk.files import sync_folder
from tests.campaign import forgetting
from tests.campaign.forgetting import ForgetfulDisk
from tests.campaign.unsynced import Unsynced

FILE = stat.S_IFREG | 0o600


def test_a_file_has_after_a_cut_the_bytes_of_its_last_sync_under_the_names_of_its_folder_s(tmp_path: Path) -> None:
    before = Unsynced(tmp_path)
    file = before.make("/named", FILE)
    file.write(b"synced", 2)
    file.resize(5)
    before.sync(file)
    before.sync(before.root)

    file.write(b"late", 0)
    before.move("/named", "/renamed")
    before.sync(before.make("/unnamed", FILE))

    after = Unsynced(tmp_path)
    assert list(after.root.names) == ["named"]
    assert bytes(after.at("/named").data) == b"\0\0syn"


def test_a_name_whose_bytes_were_not_synced_is_that_of_an_empty_file(tmp_path: Path) -> None:
    before = Unsynced(tmp_path)
    before.make("/named", FILE).write(b"late", 0)
    before.link("/named", "/other")
    before.sync(before.root)

    after = Unsynced(tmp_path)

    assert (bytes(after.at("/named").data), after.at("/other").links) == (b"", 2)


def test_a_file_of_which_the_name_alone_was_synced_shares_its_number_with_no_later_one(tmp_path: Path) -> None:
    before = Unsynced(tmp_path)
    before.make("/named", FILE)
    before.sync(before.root)

    again = Unsynced(tmp_path)
    again.make("/folder", stat.S_IFDIR | 0o700)
    again.sync(again.root)

    after = Unsynced(tmp_path)
    assert [after.at(name).is_folder for name in ("/named", "/folder")] == [False, True]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[ForgetfulDisk]:
    if reason := forgetting.missing():
        pytest.skip(reason)
    made = ForgetfulDisk(tmp_path)
    yield made
    made.remove()


@pytest.mark.crash
def test_what_was_stored_in_a_mapping_is_there_after_a_cut_as_far_as_it_was_synced(disk: ForgetfulDisk) -> None:
    descriptor = os.open(disk.place / "mapped", os.O_RDWR | os.O_CREAT, 0o600)
    os.posix_fallocate(descriptor, 0, 8192)
    with closing(mmap.mmap(descriptor, 8192)) as mapped:
        mapped[:6] = b"synced"
        os.fdatasync(descriptor)
        sync_folder(disk.place)
        mapped[4096:4100] = b"late"
        disk.cut()
    with suppress(OSError):  # The disk is gone; so is the descriptor then.
        os.close(descriptor)

    disk.again()

    assert (disk.place / "mapped").read_bytes() == b"synced" + bytes(8186)


@pytest.mark.crash
def test_sqlite_has_after_a_cut_what_it_had_committed(disk: ForgetfulDisk) -> None:
    with closing(sqlite3.connect(disk.place / "a.db")) as database:
        database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (a)")
        database.execute("INSERT INTO t VALUES (1)")
        database.commit()
        database.execute("INSERT INTO t VALUES (2)")
        disk.cut()

    disk.again()

    with closing(sqlite3.connect(disk.place / "a.db")) as database:
        assert database.execute("SELECT a FROM t").fetchall() == [(1,)]
