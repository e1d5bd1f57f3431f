"""Read-only questions to SQLite beyond what recovery needs."""

from __future__ import annotations

from typing import Any

from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.storage.sqlite import driver, soundness
from jarvis_ctx.storage.sqlite.database import Database
from jarvis_ctx.storage.sqlite.events import COLUMNS, stored
from jarvis_ctx.storage.sqlite.faults import translated

_ORCHESTRATORS = """
SELECT orchestrator FROM (
    SELECT orchestrator FROM writers UNION SELECT orchestrator FROM context_snapshots
    UNION SELECT orchestrator FROM leases
)
WHERE typeof(orchestrator) = 'text' ORDER BY 1
"""

_ENTRIES = f"""
SELECT writer, {COLUMNS} FROM events JOIN writers ON writers.id = writer_id
WHERE orchestrator = :orchestrator AND kind = :kind AND (:before IS NULL OR time < :before)
AND (:subject IS NULL OR subject = :subject)
ORDER BY time DESC, writer DESC, number DESC LIMIT :limit
"""

_FACTS = """
SELECT
    (SELECT count(*) FROM events) AS events,
    (SELECT count(*) FROM context_snapshots) AS snapshots,
    (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size) AS bytes,
    (SELECT user_version FROM pragma_user_version) AS schema
"""


class SqliteQueries:
    """The `Queries` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def orchestrators(self) -> list[str]:
        """The names this store holds, sorted."""
        return [name for (name,) in self._database.read(_ORCHESTRATORS)]

    def entries(
        self, orchestrator: str, kind: str, limit: int, before: int | None = None, subject: str | None = None
    ) -> list[StoredEvent]:
        """The latest `limit` events of `kind`, oldest first; of times (µs) before `before`, about `subject`."""
        facts = {"orchestrator": orchestrator, "kind": kind, "before": before, "subject": subject}
        facts["limit"] = max(limit, 0)
        return stored(self._database.read(_ENTRIES, facts)[::-1], self._database.path)

    def facts(self) -> dict[str, Any]:
        """For `status` and `doctor`: engine, library, version, events, snapshots, bytes, schema, path."""
        ((events, snapshots, size, schema),) = self._database.read(_FACTS)
        counted = {"events": events, "snapshots": snapshots, "bytes": size, "schema": schema}
        return {**driver.facts(), **counted, "path": str(self._database.path)}

    def faults(self) -> list[str]:
        """Pages and indexes that do not fit together, a schema that is another, and writers and events that stand under
        what they are not: a sentence each.

        Reads all of it, about 0.3 s for 100,000 events; nobody waits meanwhile.
        """
        path = self._database.path
        self._database.read("SELECT 1")  # Closed, deleted or replaced: this says so.
        while True:
            with translated(path), self._database.apart() as (connection, viewer):
                misfit, wrongs = soundness.misfit(connection), list(soundness.wrongs(connection))
                if viewer is None or viewer.current():
                    break
        found = [f"Pages or indexes of the database do not fit together: {misfit}."] if misfit else []
        return found + [wrong.sentence for wrong in wrongs]
