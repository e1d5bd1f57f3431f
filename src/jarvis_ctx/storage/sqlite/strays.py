"""Events that stand under another time, kind or subject than their own: they are found by columns no digest covers.

What a cleanup says of itself is believed where it stands, so of that rot in the event itself is looked for as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from jarvis_ctx.model.cut import CUT
from jarvis_ctx.storage.sqlite.digests import as_written
from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.heads import head_of

# SQLite looks at all of them, while other threads go on; what it lets through is looked at here once more. All as
# bytes: rot may have left no text.
_SUSPECTS = f"""
SELECT
    CAST(writer AS BLOB), number, CAST(digest AS BLOB), CAST(payload AS BLOB),
    CAST(time AS BLOB), CAST(kind AS BLOB), CAST(subject AS BLOB)
FROM events JOIN writers ON writers.id = writer_id
WHERE typeof(number) = 'integer' AND number > 0 AND CASE WHEN json_valid(payload) THEN
    time IS NOT json_extract(payload, '$[1]') OR kind IS NOT json_extract(payload, '$[3]')
    OR subject IS NOT json_extract(payload, '$[4]') OR kind = '{CUT}'
ELSE true END
"""


def strays(connection: sqlite.Connection) -> Iterator[tuple[int, str]]:
    """Number and writer of each event that is as it was written, but does not stand under what it is.

    Of each, too, that tells of a cleanup and has rotted itself.
    """
    for name, number, digest, payload, *columns in connection.execute(_SUSPECTS):
        writer = name.decode(errors="replace")
        if not as_written(name, number, digest, payload):
            if columns[1] == CUT.encode():
                yield number, writer
            continue  # It has rotted itself, which whoever reads it sees.
        head = head_of(payload.decode(errors="replace"))
        own = [None if value is None else str(value).encode() for value in (head.time, head.kind, head.subject)]
        if own != columns:
            yield number, writer
