"""Which SQLite library serves, and how a connection is set up."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.errors import StoreDamaged, StoreUnavailable
from jarvis_ctx.storage.sqlite import driver
from jarvis_ctx.storage.sqlite.database import Database
from jarvis_ctx.storage.sqlite.driver import Version, sqlite
from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.contract.children import ROOT, command, environment

VULNERABLE = [(3, 40, 1), (3, 44, 5), (3, 45, 0), (3, 50, 6), (3, 51, 0), (3, 51, 2)]
SOUND = [(3, 44, 6), (3, 44, 9), (3, 50, 7), (3, 51, 3), (3, 52, 0), (4, 0, 0)]


@pytest.fixture(autouse=True)
def nobody_was_warned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "_warned", set())


@pytest.mark.parametrize("version", VULNERABLE)
def test_a_version_with_the_wal_reset_bug_is_warned_of_once(version: Version, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "jarvis_ctx"):
        driver.check("db", version)
        driver.check("db", version)

    (record,) = caplog.records
    assert "WAL-reset bug" in record.getMessage()
    assert ".".join(map(str, version)) in record.getMessage()


@pytest.mark.parametrize("version", SOUND)
def test_a_version_without_the_bug_is_not_warned_of(version: Version, caplog: pytest.LogCaptureFixture) -> None:
    driver.check("db", version)

    assert caplog.records == []
    assert not driver.vulnerable(version)


def test_a_version_too_old_to_serve_is_refused_by_name() -> None:
    with pytest.raises(StoreUnavailable, match=r"SQLite 3\.37\.2 is too old") as refused:
        driver.check("db", (3, 37, 2))

    assert not isinstance(refused.value, StoreDamaged)


def test_facts_name_the_library_and_its_version() -> None:
    facts = driver.facts()

    assert facts["library"] in ("pysqlite3", "sqlite3")
    assert facts["version"] == sqlite.sqlite_version
    assert facts["vulnerable"] is driver.vulnerable(sqlite.sqlite_version_info)


SETTINGS = {
    "journal_mode": "wal",
    "synchronous": 1,
    "busy_timeout": 1000,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "mmap_size": 0,
    "wal_autocheckpoint": 4000,
}


@pytest.mark.parametrize("after", ["opening", "sync"])
def test_the_writing_connection_is_set_up_defensively(sqlite_store: SqliteStore, after: str) -> None:
    if after == "sync":
        sqlite_store.events.sync()

    with sqlite_store._database.transaction() as connection:
        found = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in SETTINGS}

    assert found == SETTINGS


def test_the_reading_connection_cannot_write(sqlite_store: SqliteStore) -> None:
    with pytest.raises(StoreUnavailable, match="readonly"):
        sqlite_store._database.read("DELETE FROM writers")


def test_no_extension_can_be_loaded(sqlite_store: SqliteStore) -> None:
    with pytest.raises(StoreUnavailable, match="not authorized"):
        sqlite_store._database.read("SELECT load_extension('mod')")


_ROW = "INSERT INTO writers (writer, orchestrator, run, epoch, schema) VALUES (?, 'jarvis', 'run-1', 1, 1)"


def test_a_failed_transaction_leaves_nothing_and_the_next_one_works(sqlite_store: SqliteStore) -> None:
    database: Database = sqlite_store._database

    with pytest.raises(StoreUnavailable, match="UNIQUE"), database.transaction() as connection:
        connection.executemany(_ROW, [("w",), ("w",)])

    with database.transaction() as connection:
        assert connection.execute("SELECT count(*) FROM writers").fetchone() == (0,)


def test_an_interrupt_inside_a_transaction_rolls_it_back_and_goes_on(sqlite_store: SqliteStore) -> None:
    database: Database = sqlite_store._database

    def interrupted() -> Iterator[tuple[str]]:
        yield ("w",)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), database.transaction() as connection:
        connection.executemany(_ROW, interrupted())

    assert sqlite_store.events.watermarks() == {}


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not here to look on")
def test_sync_has_the_log_on_disk_when_it_returns_and_a_write_does_not_wait_for_that(database: Path) -> None:
    trace = database.with_name("trace")
    looking_on = ["strace", "-f", "-y", "-qq", "-e", "trace=fsync,fdatasync,write", "-o", str(trace)]
    subprocess.run([*looking_on, *command("syncs", database)], cwd=ROOT, env=environment(), check=True)

    seen = trace.read_text()
    writing, syncing = seen.partition('"begun')[2].partition('"written')[::2]

    assert "-wal>" not in writing
    assert "-wal>" in syncing.partition('"synced')[0]


@pytest.mark.skipif(sqlite3.sqlite_version_info < driver.OLDEST, reason="the standard library's SQLite is too old")
def test_the_standard_librarys_sqlite_keeps_the_same_contract() -> None:
    without = "import sys; sys.modules['pysqlite3'] = None; import pytest; sys.exit(pytest.main(sys.argv[1:]))"
    suites = [f"tests/contract/test_{name}.py" for name in ("events", "checkpoints", "leases", "queries")]
    more = ["tests/contract/test_sqlite_tables.py", "tests/contract/test_sqlite_files.py"]
    arguments = ["-q", "-k", "sqlite", "-p", "no:cacheprovider", "-p", "no:xdist", *suites, *more]

    done = subprocess.run(
        [sys.executable, "-c", without, *arguments], cwd=ROOT, env=environment(), capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
