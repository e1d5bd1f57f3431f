"""Whether a database and its log belong together: a backup put in its place finds the newer log beside it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from jarvis_ctx.errors import StoreDamaged
from jarvis_ctx.storage.sqlite.connection import connect
from jarvis_ctx.storage.sqlite.faults import translated

# Every event up to a writer's watermark is there: pages of two times may fit together and lack some.
_GAPS = """
SELECT count(*) FROM writers
WHERE watermark > (SELECT count(*) FROM events WHERE writer_id = writers.id AND number <= writers.watermark)
"""


def is_suspect(path: Path) -> bool:
    """Whether the file has changed since its log did.

    SQLite does that too, when it moves the log into the file and is killed before the next write, so `is_sound` has
    the last word. The time of change cannot be set back, as that of modification is by a copy that keeps times.
    """
    try:
        log = path.with_name(f"{path.name}-wal").stat()
        return log.st_size > 0 and path.stat().st_ctime_ns >= log.st_ctime_ns
    except FileNotFoundError:
        return False


def is_sound(path: Path, busy: float = 5.0) -> bool:
    """Whether its pages fit together and lack no event. Raises `StoreUnavailable` when somebody locks it for `busy` s.

    Reads all of it: about 0.1 s for 100,000 events.
    """
    try:
        with translated(path), closing(connect(path, "mode=rw", busy)) as connection:
            checked = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            return bool(checked == "ok" and connection.execute(_GAPS).fetchone()[0] == 0)
    except StoreDamaged:
        return False
