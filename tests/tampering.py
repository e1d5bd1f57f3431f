"""A database that somebody else, or a bit that flips, has changed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from jarvis_ctx.storage.sqlite.connection import connect


def tamper(database: Path, statement: str, *values: object) -> int:
    """Change rows of a database, which may be open. Returns how many there were, at least one."""
    with closing(connect(database, "mode=rw", 5)) as connection:
        changed = int(connection.execute(statement, values).rowcount)
    assert changed > 0
    return changed
