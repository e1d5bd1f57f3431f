"""Checkpoints in SQLite: the header in columns, the state as JSON text."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.clock import iso
from jarvis_ctx.model.checkpoint import CheckpointHeader, Snapshot
from jarvis_ctx.model.ids import RunId
from jarvis_ctx.storage.sqlite.connection import Row
from jarvis_ctx.storage.sqlite.database import Database
from jarvis_ctx.storage.sqlite.documents import document

_HEADER = (
    "snapshot_id, orchestrator, run, epoch, taken, position, stamp, content_hash, bytes, tasks, agents, label, seal"
)
"""In the order of the fields of `CheckpointHeader`."""

_PUT = f"""
INSERT OR REPLACE INTO context_snapshots ({_HEADER}, timestamp, context_data)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT))
"""

# A large text is handed over in pieces and put together inside SQLite: binding it whole copies it while every other
# thread of the process waits.
_PIECES = "CREATE TEMP TABLE pieces (number INTEGER PRIMARY KEY, data BLOB)"
_PIECE = "INSERT INTO temp.pieces (number, data) VALUES (?, ?)"
_PUT_PIECES = f"""
INSERT OR REPLACE INTO context_snapshots ({_HEADER}, timestamp, context_data)
SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, group_concat(CAST(data AS TEXT), '')
FROM (SELECT data FROM temp.pieces ORDER BY number)
"""
AT_ONCE, PIECE = 4_194_304, 262_144
"""Bytes of a text that is handed over in one go, which takes half as long in all; and of a piece of a larger one."""

_MOVE = """
UPDATE context_snapshots
SET run = ?, epoch = ?, taken = ?, position = ?, stamp = ?, timestamp = ?, label = ?, seal = ?,
    deduplicated = deduplicated + 1
WHERE snapshot_id = ?
"""

_HEADERS = f"""
SELECT {_HEADER} FROM context_snapshots WHERE orchestrator = ? ORDER BY epoch DESC, taken DESC, snapshot_id DESC
"""


class SqliteCheckpoints:
    """The `CheckpointStore` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, snapshot: Snapshot) -> None:
        """Keep a snapshot; one with the same id is replaced."""
        header = snapshot.header
        rest = (header.hash, header.size, header.tasks, header.agents, header.label, header.seal)
        values, state = (header.id, header.orchestrator, *_place(header), *rest, iso(header.taken)), snapshot.state
        with self._database.transaction() as connection:
            if len(state) <= AT_ONCE:
                connection.execute(_PUT, (*values, state))
                return
            connection.execute(_PIECES)
            for start in range(0, len(state), PIECE):
                connection.execute(_PIECE, (start, state[start : start + PIECE]))
            connection.execute(_PUT_PIECES, values)
            connection.execute("DROP TABLE temp.pieces")

    def move(self, header: CheckpointHeader) -> None:
        """Give the kept snapshot `header.id` its new run, epoch, time, position, stamp, label and seal."""
        with self._database.transaction() as connection:
            connection.execute(_MOVE, (*_place(header), iso(header.taken), header.label, header.seal, header.id))

    def headers(self, orchestrator: str) -> list[CheckpointHeader]:
        """All of `orchestrator`'s, newest (epoch, taken) first."""
        return [_header(row) for row in self._database.read(_HEADERS, (orchestrator,))]

    def get(self, id: str) -> Snapshot | None:
        """A snapshot with its base, or None."""
        statement = f"SELECT {_HEADER}, CAST(context_data AS BLOB) FROM context_snapshots WHERE snapshot_id = ?"
        for row in self._database.read(statement, (id,)):
            header = _header(row)
            return Snapshot(header=header, state=row[-1], base=self.get(header.base) if header.base else None)
        return None

    def delete(self, ids: list[str]) -> None:
        """Forget snapshots; ids that are not there are ignored."""
        statement = "DELETE FROM context_snapshots WHERE snapshot_id IN (SELECT value FROM json_each(?))"
        with self._database.transaction() as connection:
            connection.execute(statement, (document(ids),))


def _place(header: CheckpointHeader) -> tuple[object, ...]:
    return header.run, header.epoch, header.taken, document(header.position), document(header.stamp)


def _header(row: Row) -> CheckpointHeader:
    values = dict(zip(CheckpointHeader.__struct_fields__, row, strict=False))
    try:
        decoded = {name: decoding.plain(values[name]) for name in ("position", "stamp")}
        return decoding.convert({**values, **decoded}, CheckpointHeader)
    except (msgspec.MsgspecError, TypeError):
        return _rotten(values)


def _rotten(values: dict[str, Any]) -> CheckpointHeader:
    # Without its hash no contents will verify, so whoever recovers names this checkpoint and passes on to another.
    return CheckpointHeader(
        id=str(values["id"]),
        orchestrator=str(values["orchestrator"]),
        run=RunId(""),
        epoch=0,
        taken=0,
        position={},
        stamp=(0, "", 0),
        hash="",
        size=0,
        tasks=0,
        agents=0,
    )
