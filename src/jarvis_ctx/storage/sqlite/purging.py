"""Cleans a value out of every table but the checkpoints', and out of the pages and the log behind all of them."""

from __future__ import annotations

from jarvis_ctx.retention.needle import Needle
from jarvis_ctx.retention.purging import FilePurge
from jarvis_ctx.storage.sqlite.database import Database
from jarvis_ctx.storage.sqlite.documents import document
from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.rewriting import compact, replace

_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
OWN = frozenset({"events", "context_snapshots", "migrations"})
"""Tables whose rows have digests of what they hold, and one that holds nothing of anybody's."""

# Bytes stand in base64, where the value shows only once they are read.
_EVENTS = """
SELECT writer_id, writer, number, payload FROM events JOIN writers ON writers.id = writer_id
WHERE EXISTS (SELECT 1 FROM json_each(?) AS form WHERE instr(payload, form.value) > 0) OR instr(payload, '"$') > 0
"""
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
        changed = replace(connection, connection.execute(_EVENTS, (forms,)).fetchall(), purge.event)
        for (table,) in connection.execute(_TABLES).fetchall():
            if table not in OWN:
                changed += _table(connection, table, forms, needle)
    compact(database)
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
