"""What people query beside the events: decisions, messages, tasks, steps and runs, written with them."""

from __future__ import annotations

from jarvis_ctx.journal.ports import Batch, StoredEvent
from jarvis_ctx.storage.sqlite import documents
from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.heads import Head

# One event's body a row. `{columns}` are read from the body: plain text as it is, anything else as JSON text; what the
# body holds besides goes to `extra`.
_ENTRIES = """
INSERT INTO {table} (writer_id, number, orchestrator, run, time, timestamp, {names}, extra)
WITH
rows AS MATERIALIZED (
    SELECT value ->> 'writer' AS writer, value ->> 'number' AS number, value ->> 'payload' AS payload
    FROM json_each(?)
),
bodies AS MATERIALIZED (
    SELECT writer, number, payload ->> 1 AS time, payload ->> 2 AS run, payload -> 5 AS body
    FROM rows WHERE json_valid(payload)
)
SELECT writers.id, number, orchestrator, bodies.run, time,
    strftime('%Y-%m-%dT%H:%M:%fZ', (time / 1000) / 1000.0, 'unixepoch'), {values}, json_remove(body, {paths})
FROM bodies CROSS JOIN writers ON writers.writer = bodies.writer WHERE true
ON CONFLICT (writer_id, number) DO NOTHING
"""

_VALUE = "CASE WHEN json_type(body, '$.{0}') IN ('text', 'null') THEN body ->> '{0}' ELSE body -> '{0}' END"


def _entries(table: str, columns: tuple[str, ...]) -> str:
    return _ENTRIES.format(
        table=table,
        names=", ".join(columns),
        values=", ".join(map(_VALUE.format, columns)),
        paths=", ".join(f"'$.{column}'" for column in columns),
    )


_DECISIONS = _entries("decision_log", ("decision_type", "context", "decision", "reasoning", "outcome"))
_MESSAGES = _entries("agent_coordination", ("sender", "recipient", "content"))
_RECORDS = {
    table: f"INSERT OR REPLACE {documents.insert(table, columns)}"
    for table, columns in (("task_progress", documents.TASKS), ("steps", documents.STEPS), ("runs", documents.RUNS))
}

# What a restore has undone: the rows that were last changed in one of the stretches of time it left.
_LEFT = """
DELETE FROM {0} WHERE orchestrator = ?
AND EXISTS (SELECT 1 FROM json_each(?) WHERE {0}.updated > value ->> 0 AND {0}.updated < value ->> 1)
"""


def entries(connection: sqlite.Connection, told: list[tuple[Head, StoredEvent]]) -> None:
    """Derive the decisions and messages among these events; no statement when there are none."""
    for kind, statement in (("DecisionLogged", _DECISIONS), ("MessageSent", _MESSAGES)):
        rows = [event for head, event in told if head.kind == kind]
        if rows:
            connection.execute(statement, (documents.document(rows),))


def records(connection: sqlite.Connection, batch: Batch) -> None:
    """Take out what a restore has undone, and replace the rows of the tasks, steps and runs that changed."""
    name = batch.orchestrator
    if batch.left:
        for table in ("task_progress", "steps"):
            connection.execute(_LEFT.format(table), (name, documents.document(batch.left)))
    items = {
        "task_progress": [documents.task(name, record) for record in batch.tasks],
        "steps": [documents.step(name, record) for record in batch.steps],
        "runs": [documents.run(record) for record in batch.runs],
    }
    for table, found in items.items():
        if found:
            connection.execute(_RECORDS[table], (documents.document(found),))
