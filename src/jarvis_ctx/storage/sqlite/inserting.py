"""Rows given to SQLite as they are, many a statement: half of what it costs to take them out of one JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from jarvis_ctx.storage.sqlite.driver import sqlite

MOST = 1024
"""Rows of one statement: between two of them a busy thread may take the interpreter, for milliseconds each time.

Each number of rows is a statement that SQLite keeps prepared, so there are powers of two alone.
"""


def insert(connection: sqlite.Connection, into: str, rows: Sequence[tuple[object, ...]]) -> None:
    """`into` is the statement up to its VALUES; rows that are there already are left as they are."""
    done = 0
    while (left := len(rows) - done) > 0:
        size = min(1 << (left.bit_length() - 1), MOST)
        part = rows[done : done + size]
        connection.execute(_statement(into, len(part[0]), size), [value for row in part for value in row])
        done += size


@cache
def _statement(into: str, columns: int, rows: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return f"{into} VALUES {', '.join([row] * rows)} ON CONFLICT DO NOTHING"
