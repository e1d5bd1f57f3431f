"""Events of the past, put into a store's table at once: millions of them would take hours to be said."""

from __future__ import annotations

from pathlib import Path

from jarvis_ctx.storage.sqlite.driver import sqlite

_WRITER = """
INSERT INTO writers (writer, orchestrator, run, epoch, schema, watermark)
VALUES ('00000001ffffffff', 'past', 'past.1', 1, 1, ?)
"""
# As they are drained: numbers and times go up, 300 bytes each, one of a thousand tasks.
_EVENTS = """
WITH RECURSIVE numbers (n) AS (VALUES (?) UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
INSERT INTO events (writer_id, number, digest, payload, time, kind, subject)
SELECT ?, n, printf('%032x', n), printf('[%d,%d,"past.1","TaskProgressed","t%d",{%s}]', n, n, n % 1000, ?),
    n, 'TaskProgressed', printf('t%d', n % 1000)
FROM numbers
"""
_BODY = '"description":"' + "x" * 240 + '"'
AT_ONCE = 100_000


def plant(database: Path, events: int) -> None:
    """Put so many of another orchestrator into it, which nobody has open."""
    connection = sqlite.connect(database, isolation_level=None)
    try:
        writer = connection.execute(_WRITER, (events,)).lastrowid
        for first in range(1, events + 1, AT_ONCE):
            last = min(first + AT_ONCE - 1, events)
            connection.execute(_EVENTS, (first, last, writer, _BODY))
    finally:
        connection.close()
