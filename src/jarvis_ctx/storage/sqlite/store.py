"""The embedded store: one database file and the ports that stand on it."""

from __future__ import annotations

from pathlib import Path

from jarvis_ctx.errors import NoStore
from jarvis_ctx.storage.sqlite import driver
from jarvis_ctx.storage.sqlite.checkpoints import SqliteCheckpoints
from jarvis_ctx.storage.sqlite.copying import SqliteCopying
from jarvis_ctx.storage.sqlite.creation import ensure
from jarvis_ctx.storage.sqlite.database import Database
from jarvis_ctx.storage.sqlite.events import SqliteEvents
from jarvis_ctx.storage.sqlite.faults import translated
from jarvis_ctx.storage.sqlite.graphs import SqliteGraphs
from jarvis_ctx.storage.sqlite.healing import SqliteHealing
from jarvis_ctx.storage.sqlite.leases import SqliteLeases
from jarvis_ctx.storage.sqlite.migrations import IDENTITY, schema_of
from jarvis_ctx.storage.sqlite.queries import SqliteQueries
from jarvis_ctx.storage.sqlite.upkeep import SqliteUpkeep

BUSY = 1.0
"""Seconds to wait for another process's transaction; whoever drains tries again, and nobody closing waits long."""

OPENING = 5.0
"""Seconds to wait for it where there is no second try: when the database is made, checked or migrated."""


class SqliteStore:
    """Events, checkpoints, leases and queries of all orchestrators of one database file.

    A missing file is made (0600), an older schema is migrated. A `viewer` reads a live or a dead store, creates and
    writes nothing, and raises `NoStore` when there is none. Raises `NewerSchema` (the file is untouched),
    `UnsafeFolder` for a file that is not ours, `StoreDamaged` when the file is no database of ours or corrupt, so that
    it should be moved aside, and else `StoreUnavailable`. Safe in any thread; a forked child opens its own.
    """

    def __init__(self, path: Path, *, viewer: bool = False, busy: float = BUSY) -> None:
        driver.check(str(path))
        if viewer and not path.exists():
            raise NoStore(path=str(path.parent))
        if not viewer:
            with translated(path):
                ensure(path, OPENING)
        self._database = _viewed(path, busy) if viewer else Database(path, viewer=False, busy=busy)
        self.events = SqliteEvents(self._database)
        self.checkpoints = SqliteCheckpoints(self._database)
        self.leases = SqliteLeases(self._database)
        self.queries = SqliteQueries(self._database)
        self.graphs = SqliteGraphs(self._database)
        self.upkeep = SqliteUpkeep(self._database)
        self.copying = SqliteCopying(self._database)
        self.healing = SqliteHealing(self._database, self.events)

    def close(self) -> None:
        """Close the file; every later call raises `StoreUnavailable`. May be called twice."""
        self._database.close()


def _viewed(path: Path, busy: float) -> Database:
    database = Database(path, viewer=True, busy=busy)
    try:
        schema_of(database.read(IDENTITY)[0], path)
    except BaseException:
        # Whatever stopped us goes on to the caller; the file does not stay open.
        database.close()
        raise
    return database
