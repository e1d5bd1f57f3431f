"""One connection and one transaction, set up as this product needs them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jarvis_ctx.storage.sqlite.digests import teach
from jarvis_ctx.storage.sqlite.driver import sqlite

Row = tuple[Any, ...]
Parameters = tuple[object, ...] | Mapping[str, object]

# The file may come from someone else: nothing in its schema is trusted to call functions with effects, and pages are
# checked as they are read. A mapping would turn an I/O error into a signal.
DEFENCES = "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
# The log is synced at checkpoints and by `Database.sync`. `Upkeep.settle` empties it; where that does not come about, a
# commit does at 16 MiB, and cuts it back to that after a reader has let it grow.
WRITING = """
PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 16777216; PRAGMA temp_store = MEMORY;
"""

AGAIN = 0.01
"""Seconds until a lock that SQLite does not wait for is tried again."""


def connect(path: Path, query: str, busy: float) -> sqlite.Connection:
    """A connection of any thread, in autocommit: transactions are begun by us. Extensions cannot be loaded."""
    uri = f"{path.absolute().as_uri()}?{query}"
    connection = sqlite.connect(uri, uri=True, timeout=busy, isolation_level=None, check_same_thread=False)
    teach(connection)
    return _set_up(connection, DEFENCES)


def readable(path: Path, busy: float) -> sqlite.Connection:
    """A connection that reads. Not opened read-only: the last connection to close tidies up, whichever it is."""
    return _set_up(connect(path, "mode=rw", busy), "PRAGMA query_only = ON;")


def writable(path: Path, busy: float) -> sqlite.Connection:
    """A connection that writes. SQLite does not wait for another one that turns the log on, too: we do, for `busy`."""
    until = time.monotonic() + busy
    while True:
        try:
            return _set_up(connect(path, "mode=rw", busy), WRITING)
        except sqlite.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
        time.sleep(AGAIN)


@contextmanager
def immediate(connection: sqlite.Connection) -> Iterator[None]:
    """A transaction that owns the write lock from its start, so that it never fails half-way for want of it."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException:
        # All or nothing whatever stopped us; SQLite has already rolled back after some errors.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def rows_of(connection: sqlite.Connection, statement: str, parameters: Parameters) -> list[Row]:
    """All rows of one statement. Text that rot has made unreadable comes with U+FFFD in it, so that the row can be
    judged by its digest and the rows beside it be read.
    """
    try:
        return connection.execute(statement, parameters).fetchall()
    except sqlite.OperationalError as error:
        if "decode to UTF-8" not in str(error):
            raise
    connection.text_factory = _replacing
    return connection.execute(statement, parameters).fetchall()


def _replacing(text: bytes) -> str:
    return text.decode(errors="replace")


def _set_up(connection: sqlite.Connection, pragmas: str) -> sqlite.Connection:
    try:
        connection.executescript(pragmas)
    except BaseException:
        # Whatever stopped us, an interrupt too, goes on to the caller; the file does not stay open.
        connection.close()
        raise
    return connection
