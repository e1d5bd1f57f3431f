"""Whether an event of the database is as it was written, in SQL and outside of it."""

from __future__ import annotations

from jarvis_ctx.journal import frame
from jarvis_ctx.storage.sqlite.driver import sqlite

FUNCTION = "as_written"
ASKED = f"{FUNCTION}(CAST(writer AS BLOB), number, CAST(digest AS BLOB), CAST(payload AS BLOB))"
"""Asks in SQL. All as bytes: rot may have left no text."""

NUMBERS = range(1 << 64)


def as_written(writer: object, number: object, digest: object, payload: object) -> bool:
    """Whether the digest is that of the rest. Total: rot may have left anything."""
    if type(writer) is not bytes or type(payload) is not bytes or type(number) is not int or number not in NUMBERS:
        return False
    return frame.digester(writer.decode(errors="replace"))(number, payload).hex().encode() == digest


def teach(connection: sqlite.Connection) -> None:
    """Let the connection's statements use `ASKED`."""
    connection.create_function(FUNCTION, 4, as_written, deterministic=True)
