"""Writers that stand under another orchestrator than their own: all their events are found by that column."""

from __future__ import annotations

from collections.abc import Iterator

from jarvis_ctx.model.ids import orchestrator_of
from jarvis_ctx.storage.sqlite.digests import as_written
from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.heads import head_of

# All as bytes: rot may have left no text.
_WRITERS = "SELECT id, CAST(writer AS BLOB), CAST(orchestrator AS BLOB) FROM writers"

_EVENTS = """
SELECT number, CAST(digest AS BLOB), CAST(payload AS BLOB) FROM events WHERE writer_id = ? ORDER BY number
"""


def misplaced(connection: sqlite.Connection) -> Iterator[str]:
    """Each writer whose events name another orchestrator: of each the first that is as it was written is asked."""
    for id, writer, orchestrator in connection.execute(_WRITERS).fetchall():
        own = _named(connection, id, writer)
        if own and own.encode() != orchestrator:
            yield writer.decode(errors="replace")


def _named(connection: sqlite.Connection, id: int, writer: bytes) -> str:
    for number, digest, payload in connection.execute(_EVENTS, (id,)):
        if as_written(writer, number, digest, payload):
            return orchestrator_of(head_of(payload.decode(errors="replace")).run)
    return ""
