"""Whether a database's schema says what its migrations made: a bit that flips in a name leaves all pages fitting."""

from __future__ import annotations

from contextlib import closing

from jarvis_ctx.storage.sqlite import migrations
from jarvis_ctx.storage.sqlite.driver import sqlite

# As bytes: text that has rotted may be none any more.
_SAID = "SELECT type, CAST(name AS BLOB), CAST(tbl_name AS BLOB), CAST(sql AS BLOB) FROM sqlite_master"


def is_as_made(connection: sqlite.Connection) -> bool:
    """Whether all that the migrations make is there, word for word; there may be more, as an index of somebody's own.

    Of a newer schema it is taken for granted. Makes another database in memory: some milliseconds.
    """
    number = migrations.version(connection)
    if number > migrations.SCHEMA:
        return True
    with closing(sqlite.connect(":memory:", isolation_level=None)) as made:
        for step in range(1, number + 1):
            migrations.apply(made, step)
        return number > 0 and set(made.execute(_SAID)) <= set(connection.execute(_SAID))
