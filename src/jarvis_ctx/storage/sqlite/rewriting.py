"""Puts other payloads in the place of events, and nothing of the former ones stays in the file."""

from __future__ import annotations

from collections.abc import Callable, Collection

from jarvis_ctx.journal import frame
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.storage.sqlite import projections
from jarvis_ctx.storage.sqlite.connection import Row
from jarvis_ctx.storage.sqlite.database import Database
from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.heads import Head, head_of
from jarvis_ctx.storage.sqlite.writers import ids_of

PAGE = 500
"""Events a transaction."""

_PAGE = """
SELECT writer_id, writers.writer, number, CAST(payload AS TEXT), digest
FROM events JOIN writers ON writers.id = writer_id
WHERE typeof(payload) = 'text' AND (writer_id, number) > (?, ?) ORDER BY writer_id, number LIMIT ?
"""

_PUT = "UPDATE events SET payload = ?, digest = ?, kind = ?, subject = ? WHERE writer_id = ? AND number = ?"

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
        ids = ids_of(connection, {event.writer for event in events})
        _in_place(connection, [(ids[event.writer], event) for event in events if event.writer in ids])


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
    told = _in_place(connection, found)
    for table in ("decision_log", "agent_coordination"):
        connection.executemany(_DERIVED.format(table), keys)
    projections.entries(connection, told)
    return len(found)


def _in_place(connection: sqlite.Connection, found: list[tuple[int, StoredEvent]]) -> list[tuple[Head, StoredEvent]]:
    told = [(id, head_of(event.payload), event) for id, event in found]
    rows = [(event.payload, event.digest, head.kind, head.subject, id, event.number) for id, head, event in told]
    connection.executemany(_PUT, rows)
    return [(head, event) for _, head, event in told]


def compact(database: Database) -> None:
    """Make the file anew without what was replaced in it, and empty the log."""
    with database.writing() as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
