"""Cleans a value out of every table but the checkpoints', and out of the pages and the log behind all of them."""

from __future__ import annotations

from jarvis_ctx.journal import frame
from jarvis_ctx.retention.needle import Needle
from jarvis_ctx.retention.purging import FilePurge
from jarvis_ctx.storage.sqlite.connection import Row, rows_of
from jarvis_ctx.storage.sqlite.database import Database
from jarvis_ctx.storage.sqlite.documents import document
from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.rewriting import compact, replace

_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
OWN = frozenset({"events", "context_snapshots", "migrations"})
"""Tables whose rows have digests of what they hold, and one that holds nothing of anybody's."""

# Bytes stand in base64, where the value shows only once they are read.
_EVENTS = """
SELECT writer_id, writer, number, CAST(payload AS TEXT), digest, subject
FROM events JOIN writers ON writers.id = writer_id
WHERE EXISTS (SELECT 1 FROM json_each(?) AS form WHERE instr(payload, form.value) > 0) OR instr(payload, '"$') > 0
"""
_ROTTEN = "UPDATE events SET payload = ?, digest = '', subject = ? WHERE writer_id = ? AND number = ?"

_VALUES = """
SELECT DISTINCT {0} FROM {1} WHERE typeof({0}) = 'text' AND (
    EXISTS (SELECT 1 FROM json_each(?) AS form WHERE instr({0}, form.value) > 0) OR instr({0}, '"$') > 0
)
"""


def purge(database: Database, needle: Needle, purge: FilePurge) -> int:
    """Clean all tables but that of checkpoints, the free pages, and the log; how many values were changed.

    Raises `StoreUnavailable`.
    """
    forms = document([form.decode() for form in needle.forms])
    with database.transaction() as connection:
        connection.execute("PRAGMA secure_delete = ON")
        sound, rotten = _judged(rows_of(connection, _EVENTS, (forms,)))
        changed = replace(connection, [row[:4] for row in sound], purge.event)
        changed += _rotten(connection, rotten, needle, purge)
        for (table,) in connection.execute(_TABLES).fetchall():
            if table not in OWN:
                changed += _table(connection, table, forms, needle)
    compact(database)
    return changed


def _judged(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Those that are as they were written, and those that are not."""
    sound: list[Row] = []
    rotten: list[Row] = []
    for row in rows:
        verifies = frame.digester(row[1])(row[2], row[3].encode()).hex() == row[4]
        (sound if verifies else rotten).append(row)
    return sound, rotten


def _rotten(connection: sqlite.Connection, rows: list[Row], needle: Needle, purge: FilePurge) -> int:
    """Clean what has rotted, without a digest: a new one would make it pass for what was written."""
    changed = 0
    for id, writer, number, text, _, about in rows:
        payload, subject = purge.event(writer, text.encode()).decode(), about and needle.text(about)
        if (payload, subject) != (text, about):
            connection.execute(_ROTTEN, (payload, subject, id, number))
            changed += 1
    return changed


def _table(connection: sqlite.Connection, table: str, forms: str, needle: Needle) -> int:
    changed = 0
    columns = [name for (name,) in connection.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchall()]
    for column in columns:
        for (value,) in connection.execute(_VALUES.format(column, table), (forms,)).fetchall():
            if (cleaned := needle.text(value)) != value:
                statement = f"UPDATE OR REPLACE {table} SET {column} = ? WHERE {column} = ?"
                changed += connection.execute(statement, (cleaned, value)).rowcount
    return changed
