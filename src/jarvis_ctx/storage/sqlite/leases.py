"""Leases in SQLite: one row an agent, overwritten by each later beat."""

from __future__ import annotations

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.storage.sqlite import documents
from jarvis_ctx.storage.sqlite.connection import Row
from jarvis_ctx.storage.sqlite.database import Database

_PUT = f"""
INSERT {documents.insert("leases", documents.LEASES)} WHERE true
ON CONFLICT (orchestrator, agent) DO UPDATE
SET beat = excluded.beat, beat_at = excluded.beat_at, beats = excluded.beats, details = excluded.details,
    moved = excluded.moved
WHERE excluded.beat >= leases.beat
"""

_ALL = "SELECT agent, beat, beats, details, moved FROM leases WHERE orchestrator = ? ORDER BY agent"


class SqliteLeases:
    """The `LeaseStore` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, orchestrator: str, leases: list[Lease]) -> None:
        """Overwrite the leases of these agents; an older beat never replaces a newer one."""
        items = [documents.lease(orchestrator, lease) for lease in leases]
        with self._database.transaction() as connection:
            connection.execute(_PUT, (documents.document(items),))

    def all(self, orchestrator: str) -> list[Lease]:
        """Every agent's lease, by agent; one that rot has made unreadable is left to the agent's next beat."""
        read = [_lease(row) for row in self._database.read(_ALL, (orchestrator,))]
        return [lease for lease in read if lease is not None]


def _lease(row: Row) -> Lease | None:
    agent, beat, beats, details, moved = row
    try:
        values = {"agent": agent, "beat": beat, "beats": beats, "details": decoding.plain(details), "moved": moved}
        return decoding.convert(values, Lease)
    except (msgspec.MsgspecError, TypeError):
        return None
