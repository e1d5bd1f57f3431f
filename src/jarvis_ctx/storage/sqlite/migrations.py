"""The schema grows by numbered migrations; one and its record are committed together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jarvis_ctx.errors import NewerSchema, StoreDamaged
from jarvis_ctx.storage.sqlite.connection import immediate
from jarvis_ctx.storage.sqlite.driver import sqlite

MIGRATIONS = ("0001_first_schema.sql", "0002_graphs.sql")
"""Files in `sql/`; the n-th brings a database from schema n - 1 to n. A released one never changes."""

SCHEMA = len(MIGRATIONS)
"""The schema this version reads and writes; a database says its own in `PRAGMA user_version`."""

APPLICATION = 0x4A435458
"""`JCTX` in a database's header says whose it is."""

_FOLDER = Path(__file__).with_name("sql")


IDENTITY = "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version"
"""Whose a database is, and its schema: what `schema_of` judges."""


def schema_of(identity: tuple[int, int], path: Path) -> int:
    """The schema of an existing database. Raises `NewerSchema`, or `StoreDamaged` for one that is empty or not ours:
    it was made whole under its name, so it has lost what it held.
    """
    application, found = identity
    if application == 0 and found == 0:
        raise StoreDamaged(path=str(path), reason="it is empty or holds no jarvis-ctx schema")
    if application != APPLICATION:
        raise StoreDamaged(path=str(path), reason="it belongs to another program")
    if found > SCHEMA:
        raise NewerSchema(path=str(path), found=found, known=SCHEMA)
    return found


def migrate(connection: sqlite.Connection) -> None:
    """Bring a database up to `SCHEMA`; whoever else does the same at the same time does it before or after."""
    number = version(connection)
    while number < SCHEMA:
        with immediate(connection):
            number = version(connection) + 1
            if number <= SCHEMA:
                apply(connection, number)


def apply(connection: sqlite.Connection, number: int) -> None:
    """Make the step to schema `number`."""
    name = MIGRATIONS[number - 1]
    for statement in statements((_FOLDER / name).read_text("utf-8")):
        connection.execute(statement)
    connection.execute("INSERT INTO migrations (number, name) VALUES (?, ?)", (number, name))
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {number}")


def statements(script: str) -> Iterator[str]:
    """The statements of an SQL script one by one: running it whole would commit between them."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite.complete_statement(statement):
            yield statement
            statement = ""


def version(connection: sqlite.Connection) -> int:
    """The schema that it says it has."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
