"""The events of graphs and sessions in SQLite, found through an index of their own."""

from __future__ import annotations

from collections.abc import Collection

from jarvis_ctx.graphs.ports import Place, Ref, TimedEvent
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.storage.sqlite.cuts import THREADS
from jarvis_ctx.storage.sqlite.database import Database
from jarvis_ctx.storage.sqlite.documents import document
from jarvis_ctx.storage.sqlite.events import COLUMNS, stored, whole

# The first condition on the kind is the index's own, word for word, or SQLite would not use it.
_SCAN = f"""
SELECT subject, kind, CAST(coalesce(time, 0) AS INTEGER), writer, number
FROM events CROSS JOIN writers ON writers.id = writer_id
WHERE ({THREADS}) AND subject >= ? AND subject < ? AND orchestrator = ?
ORDER BY subject DESC, time DESC LIMIT ?
"""

_READ = f"""
SELECT writer, {COLUMNS}, CAST(coalesce(time, 0) AS INTEGER), kind, subject
FROM events CROSS JOIN writers ON writers.id = writer_id
WHERE ({THREADS}) AND subject = ? AND orchestrator = ?
ORDER BY time DESC LIMIT ?
"""

_FETCH = f"""
SELECT writer, {COLUMNS} FROM json_each(?) AS asked
CROSS JOIN writers ON writer = asked.value ->> 0
CROSS JOIN events ON writer_id = writers.id AND number = asked.value ->> 1
"""


class SqliteGraphs:
    """The `GraphIndex` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def scan(self, orchestrator: str, first: str, last: str, limit: int) -> list[Place]:
        """At most `limit` events with `first` <= subject < `last`: the greatest subject first, of each the latest."""
        rows = self._database.read(_SCAN, (first, last, orchestrator, limit))
        return [Place(subject=s, kind=k, time=t, writer=w, number=n) for s, k, t, w, n in rows]

    def read(self, orchestrator: str, subject: str, limit: int) -> list[TimedEvent]:
        """At most `limit` events about this subject, the latest first."""
        rows = self._database.read(_READ, (subject, orchestrator, limit))
        return whole(rows, self._database.path, TimedEvent)

    def fetch(self, refs: Collection[Ref]) -> list[StoredEvent]:
        """The events of these that are there, in any order."""
        return stored(self._database.read(_FETCH, (document(list(refs)),)), self._database.path)
