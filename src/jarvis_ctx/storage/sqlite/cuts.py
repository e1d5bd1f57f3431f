"""Events that were cleaned up leave the tables, with what was derived from them, and do not count as missing."""

from __future__ import annotations

from jarvis_ctx.model.cut import KEPT, Cut
from jarvis_ctx.storage.sqlite.documents import document
from jarvis_ctx.storage.sqlite.driver import sqlite

THREADS = "kind GLOB 'Graph*' OR kind GLOB 'Session*'"
"""Which events a cut leaves, in SQL."""

# A writer that is not here yet stands with epoch 0 until its opening comes.
_MARK = """
INSERT INTO writers (writer, orchestrator, run, epoch, schema, watermark)
SELECT key, ?, '', 0, 0, value FROM json_each(?) WHERE true
ON CONFLICT (writer) DO UPDATE SET watermark = max(watermark, excluded.watermark)
"""

_WRITERS = "SELECT writers.id, cuts.value FROM writers CROSS JOIN json_each(?) AS cuts WHERE writer = cuts.key"

_EVENTS = f"DELETE FROM events WHERE writer_id = ? AND number <= ? AND (kind IS NOT '{KEPT}' OR time < ?)"
_EVENTS += f" AND coalesce({THREADS}, 0) = 0"

_DECISIONS = "DELETE FROM decision_log WHERE writer_id = ? AND number <= ? AND time < ?"

_MESSAGES = "DELETE FROM agent_coordination WHERE writer_id = ? AND number <= ?"


def take_out(connection: sqlite.Connection, orchestrator: str, cut: Cut) -> int:
    """Delete what `cut` takes and move the watermarks past it; how many events."""
    connection.execute("PRAGMA secure_delete = ON")  # The bytes themselves go, too.
    position, gone = document(cut.position), 0
    connection.execute(_MARK, (orchestrator, position))
    for writer, last in connection.execute(_WRITERS, (position,)).fetchall():
        gone += connection.execute(_EVENTS, (writer, last, cut.decisions_since)).rowcount
        connection.execute(_DECISIONS, (writer, last, cut.decisions_since))
        connection.execute(_MESSAGES, (writer, last))
    return gone
