"""Puts other payloads in the place of events, and nothing of the former ones stays in the file."""

from __future__ import annotations

from collections.abc import Callable

from jarvis_ctx.journal import frame
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.storage.sqlite import projections
from jarvis_ctx.storage.sqlite.connection import Row
from jarvis_ctx.storage.sqlite.database import Database
from jarvis_ctx.storage.sqlite.driver import sqlite

PAGE = 500
"""Events a transaction."""

_PAGE = """
SELECT writer_id, writers.writer, number, CAST(payload AS TEXT), digest
FROM events JOIN writers ON writers.id = writer_id
WHERE typeof(payload) = 'text' AND (writer_id, number) > (?, ?) ORDER BY writer_id, number LIMIT ?
"""

_PUT = """
UPDATE events SET payload = ?, digest = ?, subject = CASE WHEN json_valid(?1) THEN ?1 ->> 4 END
WHERE writer_id = ? AND number = ?
"""

_DERIVED = "DELETE FROM {} WHERE writer_id = ? AND number = ?"

Change = Callable[[str, bytes], bytes]
"""What is to stand in the place of a writer's payload."""


def rewrite(database: Database, change: Change) -> int:
    """Ask `change` for each event that is as it was written; how many it changed.

    Killed in between, each event is as it was or as it is to be.
    """
    at, changed = (0, 0), 0
    while rows := database.read(_PAGE, (*at, PAGE)):
        at = rows[-1][0], rows[-1][2]
        found = [row for row in rows if frame.digester(row[1])(row[2], row[3].encode()).hex() == row[4]]
        with database.transaction() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            changed += replace(connection, [row[:4] for row in found], change)
    return changed


def replace(connection: sqlite.Connection, rows: list[Row], change: Change) -> int:
    """Ask `change` for these events (writer's id, writer, number, payload); how many it changed.

    What is derived from an event alone, its decision or message, is derived anew.
    """
    put = []
    for id, writer, number, text in rows:
        payload = change(writer, text.encode())
        if payload != text.encode():
            event = StoredEvent(writer, number, frame.digester(writer)(number, payload).hex(), payload.decode())
            put.append((id, event))
    keys = [(id, event.number) for id, event in put]
    connection.executemany(_PUT, [(event.payload, event.digest, id, event.number) for id, event in put])
    for table in ("decision_log", "agent_coordination"):
        connection.executemany(_DERIVED.format(table), keys)
    projections.entries(connection, [event for _, event in put])
    return len(put)


def compact(database: Database) -> None:
    """Make the file anew without what was replaced in it, and empty the log."""
    with database.writing() as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
