"""Derived rows that go, and pages that are given back to the file system."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.storage.sqlite import rewriting
from jarvis_ctx.storage.sqlite.database import Database
from jarvis_ctx.storage.sqlite.documents import document
from jarvis_ctx.storage.sqlite.faults import damaged
from jarvis_ctx.storage.sqlite.soundness import examine

if TYPE_CHECKING:
    from jarvis_ctx.retention.needle import Needle
    from jarvis_ctx.retention.purging import FilePurge

_TASKS = """
DELETE FROM task_progress
WHERE orchestrator = ? AND updated < ? AND task_id NOT IN (SELECT value FROM json_each(?))
"""

_STEPS = "DELETE FROM steps WHERE orchestrator = ? AND updated < ? AND task_id NOT IN (SELECT value FROM json_each(?))"

_RUNS = "DELETE FROM runs WHERE orchestrator = ? AND ended < ? AND run NOT IN (SELECT value FROM json_each(?))"

_NAMED = "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM events WHERE instr(payload, value) > 0)"

WORTH_SETTLING = 256 * 1024
"""Bytes of a log that are worth two syncs."""

FREE = 5
"""One page of so many may be free without the file being made anew: what is written next takes them."""


class SqliteUpkeep:
    """The `Upkeep` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def forget(self, orchestrator: str, before: int, tasks: Collection[str], runs: Collection[str]) -> int:
        """Delete rows of tasks, their steps, and runs, not among these and older than `before` (µs); how many."""
        statements = ((_TASKS, tasks), (_STEPS, tasks), (_RUNS, runs))
        with self._database.transaction() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            return sum(connection.execute(s, (orchestrator, before, document(list(k)))).rowcount for s, k in statements)

    def examine(self) -> None:
        """Read all of the file, about 0.3 s for 100,000 events. Raises `StoreDamaged` where anything is wrong."""
        if reason := examine(self._database):
            raise damaged(self._database.path, f"{reason}; nothing is removed before it was made anew")

    def named(self, values: Collection[str]) -> set[str]:
        """Which of these side files an event here still names."""
        return {value for (value,) in self._database.read(_NAMED, (document(sorted(values)),))}

    def purge(self, needle: Needle, files: FilePurge) -> int:
        """Clean all tables but that of checkpoints, the free pages, and the log; how many values were changed."""
        from jarvis_ctx.storage.sqlite import purging

        return purging.purge(self._database, needle, files)

    def settle(self) -> None:
        """Move the log into the database and cut it off, waiting for nobody: a reader in the way is for the next time.

        Left to itself SQLite does this within a commit, whose caller waits for it, and the log stays as long as it was.
        """
        path = self._database.path
        log = path.with_name(f"{path.name}-wal")
        with self._database.writing() as connection:
            if not log.exists() or log.stat().st_size < WORTH_SETTLING:
                return
            patience = int(connection.execute("PRAGMA busy_timeout").fetchone()[0])
            connection.execute("PRAGMA busy_timeout = 0")
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                connection.execute(f"PRAGMA busy_timeout = {patience}")

    def rewrite(self, change: Callable[[str, bytes], bytes]) -> int:
        """Ask `change` (writer, payload) for each event that is as it was written; how many it changed."""
        return rewriting.rewrite(self._database, change)

    def put(self, events: Collection[StoredEvent]) -> None:
        """Put these in the place of the events of the same writers and numbers, as far as those are here."""
        rewriting.put(self._database, events)

    def compact(self) -> None:
        """Leave nothing of what was replaced in file and log."""
        rewriting.compact(self._database)

    def shrink(self) -> int:
        """Make the file anew without its free pages, if they are many, and empty the log; how many bytes smaller."""
        with self._database.writing() as connection:
            pages, free, size = (
                int(connection.execute(f"PRAGMA {name}").fetchone()[0])
                for name in ("page_count", "freelist_count", "page_size")
            )
            if free * FREE > pages:
                connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return (pages - int(connection.execute("PRAGMA page_count").fetchone()[0])) * size
