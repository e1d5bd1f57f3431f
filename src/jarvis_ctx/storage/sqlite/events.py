"""Events in SQLite: written a batch a transaction, read in pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import starmap
from pathlib import Path
from typing import TypeVar

from jarvis_ctx.journal.ports import Batch, StoredEvent
from jarvis_ctx.model.cut import CUT, Cut
from jarvis_ctx.storage.sqlite import cuts, documents, projections
from jarvis_ctx.storage.sqlite.connection import Row
from jarvis_ctx.storage.sqlite.database import Database
from jarvis_ctx.storage.sqlite.digests import ASKED
from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.faults import damaged
from jarvis_ctx.storage.sqlite.heads import head_of
from jarvis_ctx.storage.sqlite.inserting import insert
from jarvis_ctx.storage.sqlite.writers import ids_of

PAGE = 500

# A writer whose opening is not known yet stands with epoch 0 until it comes.
_WRITERS = """
INSERT INTO writers (writer, orchestrator, run, epoch, schema)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?) WHERE true
ON CONFLICT (writer) DO UPDATE
SET orchestrator = excluded.orchestrator, run = excluded.run, epoch = excluded.epoch, schema = excluded.schema
WHERE writers.epoch = 0
"""

_EVENTS = "INSERT INTO events (writer_id, number, digest, payload, time, kind, subject)"

# To the last number before the first gap above the old watermark; nothing moves while the very next one is missing.
_WATERMARKS = """
UPDATE writers SET watermark = (
    SELECT this.number FROM events AS this
    WHERE this.writer_id = writers.id AND this.number > writers.watermark AND NOT EXISTS (
        SELECT 1 FROM events AS next WHERE next.writer_id = this.writer_id AND next.number = this.number + 1
    )
    ORDER BY this.number LIMIT 1
)
WHERE writer IN (SELECT value FROM json_each(?))
AND EXISTS (SELECT 1 FROM events WHERE writer_id = writers.id AND number = writers.watermark + 1)
"""

# How far the cleanups say that they went. What has rotted says nothing: a watermark above what was drained would keep
# the rest out for ever.
CUTS = f"""
WITH cuts AS MATERIALIZED (
    SELECT key AS writer, max(CAST(value AS INTEGER)) AS number
    FROM events CROSS JOIN writers ON writers.id = writer_id
    CROSS JOIN json_each(CASE WHEN {ASKED} AND json_valid(payload) THEN payload ELSE '[]' END, '$[5].position')
    WHERE kind = '{CUT}' GROUP BY key
)
"""

# A watermark that rot has raised would hide what is missing: none stands above its writer's last event, but for what
# the cleanups say they took.
READ_WATERMARKS = f"""
{CUTS}
SELECT writers.writer, max(coalesce(cuts.number, 0), min(
    CAST(watermark AS INTEGER), coalesce((SELECT max(number) FROM events WHERE writer_id = writers.id), 0)
))
FROM writers LEFT JOIN cuts ON cuts.writer = writers.writer
WHERE typeof(writers.writer) = 'text' ORDER BY writers.writer
"""

_READ_EPOCHS = """
SELECT orchestrator, max(CAST(epoch AS INTEGER)) FROM writers WHERE typeof(orchestrator) = 'text' GROUP BY orchestrator
"""

# The casts give rotten values back as text, for the digest to refuse.
COLUMNS = "number, CAST(coalesce(digest, '') AS TEXT), CAST(coalesce(payload, '') AS TEXT)"

_PAGE = f"SELECT ?, {COLUMNS} FROM events WHERE writer_id = ? AND number > ? ORDER BY number LIMIT ?"

_REMOVE = "DELETE FROM {} WHERE writer_id = ? AND number IN (SELECT value FROM json_each(?))"

S = TypeVar("S", bound=StoredEvent)


class SqliteEvents:
    """The `EventStore` port. Rows of a writer without an opening count as `batch.orchestrator`'s until one comes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: set[str] = set()
        """Writers whose opening is committed."""

    def write(self, batch: Batch) -> None:
        """Add what is not there yet, in one transaction; idempotent by (writer, number)."""
        writers = {row.writer for row in batch.rows}
        unknown = (writers | batch.openings.keys()) - self._known
        with self._database.transaction() as connection:
            if unknown:
                connection.execute(_WRITERS, (documents.document([_opening(batch, name) for name in unknown]),))
            if batch.rows:
                ids = ids_of(connection, writers)
                if len(ids) < len(writers):
                    raise damaged(self._database.path, "a writer is not there any more")
                told = [(head_of(row.payload), row) for row in batch.rows]
                columns = [(ids[e.writer], e.number, e.digest, e.payload, h.time, h.kind, h.subject) for h, e in told]
                insert(connection, _EVENTS, columns)
                projections.entries(connection, told)
                connection.execute(_WATERMARKS, (documents.document(list(writers)),))
            projections.records(connection, batch)
        self._known |= batch.openings.keys()

    def watermarks(self) -> dict[str, int]:
        """For each writer the greatest number up to which all its events are here."""
        return dict(self._database.read(READ_WATERMARKS))

    def epochs(self) -> dict[str, int]:
        """For each orchestrator the greatest epoch of its writers here."""
        return dict(self._database.read(_READ_EPOCHS))

    def events(self, orchestrator: str, after: dict[str, int]) -> Iterator[StoredEvent]:
        """The events of `orchestrator` beyond a position, by writer and number; writers it does not name from 1.

        Read in pages, so what is written meanwhile may or may not be among them.
        """
        statement = "SELECT id, writer FROM writers WHERE orchestrator = ? ORDER BY writer"
        for writer_id, writer in self._database.read(statement, (orchestrator,)):
            last = after.get(writer, 0)
            while rows := self._database.read(_PAGE, (writer, writer_id, last, PAGE)):
                yield from stored(rows, self._database.path)
                last = rows[-1][1]

    def remove(self, writer: str, numbers: Iterable[int]) -> None:
        """Take out events and what was derived from them; the watermark falls below the least of them."""
        taken = sorted(set(numbers))
        if not taken:
            return
        with self._database.transaction() as connection:
            ids = ids_of(connection, [writer])
            if writer in ids:
                _take_out(connection, ids[writer], taken)

    def cut(self, orchestrator: str, cut: Cut) -> int:
        """Take out what `cut` takes, with derived rows, for good; how many events. Watermarks never fall below it."""
        with self._database.transaction() as connection:
            gone = cuts.take_out(connection, orchestrator, cut)
            connection.execute(_WATERMARKS, (documents.document(list(cut.position)),))
        return gone

    def sync(self) -> None:
        """Make all that was written survive power loss."""
        self._database.sync()

    def forget(self) -> None:
        """Another file has taken the database's place: nothing is known of it."""
        self._known = set()


def stored(rows: list[Row], path: Path) -> list[StoredEvent]:
    """Rows of a writer and `COLUMNS`. Raises `StoreDamaged` for numbers that are none."""
    return whole(rows, path, StoredEvent)


def whole(rows: list[Row], path: Path, kind: type[S]) -> list[S]:
    """Rows that begin with a writer and a number, as what `kind` makes of them. Raises as `stored`."""
    if any(type(row[1]) is not int or row[1] < 1 for row in rows):
        raise damaged(path, "an event has no number any more")
    return list(starmap(kind, rows))


def _take_out(connection: sqlite.Connection, writer_id: int, numbers: list[int]) -> None:
    for table in ("events", "decision_log", "agent_coordination"):
        connection.execute(_REMOVE.format(table), (writer_id, documents.document(numbers)))
    lower = "UPDATE writers SET watermark = min(watermark, ?) WHERE id = ?"
    connection.execute(lower, (max(numbers[0] - 1, 0), writer_id))


def _opening(batch: Batch, writer: str) -> list[object]:
    opening = batch.openings.get(writer)
    if opening is None:
        return [writer, batch.orchestrator, "", 0, 0]
    return [writer, opening.orchestrator, opening.run, opening.epoch, opening.schema]
