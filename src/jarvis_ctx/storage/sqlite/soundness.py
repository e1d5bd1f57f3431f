"""Whether a database is whole, and belongs with its log: a backup put in its place finds the newer log beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from jarvis_ctx.errors import StoreDamaged
from jarvis_ctx.model.cut import CUT, KEPT
from jarvis_ctx.model.event import FREED
from jarvis_ctx.storage.sqlite.connection import connect
from jarvis_ctx.storage.sqlite.cuts import THREADS
from jarvis_ctx.storage.sqlite.database import Database
from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.events import CUTS
from jarvis_ctx.storage.sqlite.faults import translated
from jarvis_ctx.storage.sqlite.owners import misplaced
from jarvis_ctx.storage.sqlite.schema import is_as_made
from jarvis_ctx.storage.sqlite.strays import strays

# Every event up to a writer's watermark is there, but for what cleanups took: pages of two times may fit together and
# lack some. Where a cleanup's own words cannot be read here, being sealed or in a side file, a writer is looked at from
# its first event on that no cleanup leaves behind.
_GAPS = f"""
{CUTS},
unread AS MATERIALIZED (
    SELECT DISTINCT orchestrator FROM events JOIN writers ON writers.id = writer_id
    WHERE kind = '{CUT}'
    AND json_type(CASE WHEN json_valid(payload) THEN payload ELSE '[]' END, '$[5].position') IS NOT 'object'
),
begun AS MATERIALIZED (
    SELECT id, watermark, max(coalesce(cuts.number, 0), CASE WHEN orchestrator IN unread THEN coalesce((
        SELECT number - 1 FROM events
        WHERE writer_id = writers.id AND NOT (kind IN ('{KEPT}', '{FREED}') OR {THREADS}) ORDER BY number LIMIT 1
    ), watermark) ELSE 0 END) AS cut
    FROM writers LEFT JOIN cuts ON cuts.writer = writers.writer
)
SELECT count(*) FROM begun
WHERE watermark > cut + (SELECT count(*) FROM events WHERE writer_id = id AND number > cut AND number <= watermark)
"""


def is_suspect(path: Path) -> bool:
    """Whether the file has changed since its log was written.

    SQLite does that too, when it moves the log into the file and is killed before the next write, so `fault` has
    the last word. The file's time of change cannot be set back, as that of modification is by a copy that keeps
    times; the log's is set anew by whoever opens it as root, a look from beside included.
    """
    try:
        log = path.with_name(f"{path.name}-wal").stat()
        return log.st_size > 0 and path.stat().st_ctime_ns >= log.st_mtime_ns
    except FileNotFoundError:
        return False


def is_sound(path: Path, busy: float = 5.0) -> bool:
    """Whether nothing is wrong with it. Raises as `fault`."""
    return not fault(path, busy)


def fault(path: Path, busy: float = 5.0) -> str:
    """What is wrong with it, or nothing: its pages and indexes fit together, it lacks no event, and has no `wrongs`.

    Raises `StoreUnavailable` when somebody locks it for `busy` s.

    Reads all of it: about 0.3 s for 100,000 events.
    """
    try:
        with translated(path), closing(connect(path, "mode=rw", busy)) as connection:
            if misfit(connection) or connection.execute(_GAPS).fetchone()[0]:
                return "its pages do not fit together or lack events"
            return next((wrong.reason for wrong in wrongs(connection)), "")
    except StoreDamaged:
        return "its pages do not fit together or lack events"


class Wrong(NamedTuple):
    """A reason to make the database anew, and what there is to say of it."""

    reason: str
    sentence: str


def wrongs(connection: sqlite.Connection) -> Iterator[Wrong]:
    """What is wrong where all pages fit: its schema is as it was made, and it misplaces no writer and no event."""
    if not is_as_made(connection):
        yield Wrong("its schema is not as it was made", "The schema of the database is not as it was made.")
    if writers := list(misplaced(connection)):
        yield Wrong(
            "writers stand in it under an orchestrator that is not theirs",
            f"The database has {len(writers)} of its writers under another orchestrator than their own, "
            f"first writer {writers[0]}.",
        )
    if stray := list(strays(connection)):
        number, writer = stray[0]
        yield Wrong(
            "events stand in it under what they are not",
            f"The database has {len(stray)} of its events under another time, kind or subject than their own, "
            f"first number {number} of writer {writer}.",
        )


def is_misplaced(path: Path, busy: float = 5.0) -> bool:
    """Whether a writer stands in it under another orchestrator than its own; other damage shows where it is met.

    Reads an event of each writer: about 30 ms for 1,000 of them. Raises as `fault`.
    """
    try:
        with translated(path), closing(connect(path, "mode=rw", busy)) as connection:
            return any(misplaced(connection))
    except StoreDamaged:
        return False


def examine(database: Database) -> str:
    """What is wrong with a database in use, or nothing; its ailment from then on. Reads and raises as `fault`."""
    if not database.ailment and (reason := fault(database.path)):
        database.condemn(reason)
    return database.ailment


def misfit(connection: sqlite.Connection) -> str:
    """Where its pages do not fit together, or an index has something else than its table; nothing while all fits.

    That second half, which `quick_check` leaves out, takes half as long again: an index is all that leads to a thread.
    """
    checked = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    return "" if checked == "ok" else checked
