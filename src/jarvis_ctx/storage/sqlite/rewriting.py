"""Puts other payloads in the place of events, and nothing of the former ones stays in the file."""

from __future__ import annotations

from collections.abc import Callable, Collection

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
UPDATE events SET payload = ?, digest = ?, kind = CASE WHEN json_valid(?1) THEN ?1 ->> 3 END,
subject = CASE WHEN json_valid(?1) THEN ?1 ->> 4 END
WHERE writer_id = ? AND number = ?
"""

_ID = "SELECT id FROM writers WHERE writer = ?"

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


def put(database: Database, events: Collection[StoredEvent]) -> None:
    """Put these in the place of the events of the same writers and numbers, as far as those are here."""
    with database.transaction() as connection:
        connection.execute("PRAGMA secure_delete = ON")
        ids = {name: connection.execute(_ID, (name,)).fetchone() for name in {event.writer for event in events}}
        rows = [(e.payload, e.digest, *id, e.number) for e in events if (id := ids[e.writer]) is not None]
        connection.executemany(_PUT, rows)


def replace(connection: sqlite.Connection, rows: list[Row], change: Change) -> int:
    """Ask `change` for these events (writer's id, writer, number, payload); how many it changed.

    What is derived from an event alone, its decision or message, is derived anew.
    """
    found = []
    for id, writer, number, text in rows:
        payload = change(writer, text.encode())
        if payload != text.encode():
            event = StoredEvent(writer, number, frame.digester(writer)(number, payload).hex(), payload.decode())
            found.append((id, event))
    keys = [(id, event.number) for id, event in found]
    connection.executemany(_PUT, [(event.payload, event.digest, id, event.number) for id, event in found])
    for table in ("decision_log", "agent_coordination"):
        connection.executemany(_DERIVED.format(table), keys)
    projections.entries(connection, [event for _, event in found])
    return len(found)


def compact(database: Database) -> None:
    """Make the file anew without what was replaced in it, and empty the log."""
    with database.writing() as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
