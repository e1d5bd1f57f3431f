"""One JSON document a table: rows that a single statement takes apart with `json_each`, however many there are.

A statement a row would give a busy thread the interpreter between any two rows, for milliseconds each time.
"""

from __future__ import annotations

import msgspec

from jarvis_ctx.clock import iso
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.model.step import StepRecord
from jarvis_ctx.model.task import TaskRecord

Item = list[object]
"""One row's values in the order of its table's columns as named here; a last value left out is NULL."""

TASKS = (
    "orchestrator task_id description status shown_status percentage completed_subtasks* blockers* dependencies* agent "
    "attempts quarantined created created_at updated updated_at metadata*"
)
STEPS = "orchestrator task_id key name run status updated updated_at kept error result*"
RUNS = (
    "run orchestrator epoch writer host pid process_created boot_id started started_at chain resume code* "
    "ended ended_at ending cause*"
)
LEASES = "orchestrator agent beat beat_at beats details* moved"


def document(rows: object) -> str:
    """Rows as JSON text."""
    return msgspec.json.encode(rows).decode()


def insert(table: str, columns: str) -> str:
    """`INSERT … SELECT` of a document of items; a column marked `*` keeps its value as JSON text."""
    names = columns.split()
    values = [f"value {'->' if name.endswith('*') else '->>'} {place}" for place, name in enumerate(names)]
    return f"INTO {table} ({', '.join(names).replace('*', '')}) SELECT {', '.join(values)} FROM json_each(?)"


def task(orchestrator: str, record: TaskRecord) -> Item:
    lists = [record.completed_subtasks, record.blockers, record.dependencies]
    state = [record.description, record.status, record.shown_status, record.percentage]
    calls = [record.agent, record.begun, record.quarantined]
    times = [*_both(record.created), *_both(record.updated[0])]
    return [orchestrator, record.id, *state, *lists, *calls, *times, record.metadata]


def step(orchestrator: str, record: StepRecord) -> Item:
    names = [orchestrator, record.task, record.key, record.name, record.run, record.status]
    result = [] if record.result is msgspec.UNSET else [record.result]
    return [*names, *_both(record.updated[0]), int(record.kept), record.error, *result]


def run(record: RunRecord) -> Item:
    names = [record.id, record.name, record.epoch, record.writer]
    process = [record.process.host, record.process.pid, record.process.created, record.process.boot_id]
    began = [*_both(record.started), record.chain, record.resume, record.code]
    return [*names, *process, *began, *_both(record.ended), record.ending, record.cause]


def lease(orchestrator: str, record: Lease) -> Item:
    return [orchestrator, record.agent, *_both(record.beat), record.beats, record.details, record.moved]


def _both(time: int | None) -> Item:
    return [time, None if time is None else iso(time)]
