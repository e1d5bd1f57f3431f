"""Small records as the journal and its neighbours would hand them to a store."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx.journal import frame
from jarvis_ctx.journal.ports import Batch, StoredEvent
from jarvis_ctx.journal.segment import Opening
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.checkpoint import CheckpointHeader, Snapshot
from jarvis_ctx.model.ids import AgentId, RunId, TaskId, WriterId
from jarvis_ctx.model.run import ProcessIdentity, RunRecord
from jarvis_ctx.model.step import StepRecord
from jarvis_ctx.model.task import Attempt, TaskRecord

WRITER = "0123456789abcdef"
OTHER = "fedcba9876543210"
START = 1_790_000_000_000_000
"""The planted present, in microseconds."""


def event(
    number: int, writer: str = WRITER, *, kind: str = "TaskProgressed", time: int | None = None, **body: Any
) -> StoredEvent:
    """An event one microsecond after its predecessor."""
    moment = START + number if time is None else time
    payload = msgspec.json.encode([number, moment, "run-1", kind, f"subject-{number % 3}", body])
    return StoredEvent(writer, number, frame.digester(writer)(number, payload).hex(), payload.decode())


def events(first: int, last: int, writer: str = WRITER) -> list[StoredEvent]:
    return [event(number, writer) for number in range(first, last + 1)]


def opening(writer: str = WRITER, *, orchestrator: str = "jarvis", epoch: int = 1) -> Opening:
    return Opening(format=1, schema=1, writer=writer, orchestrator=orchestrator, run="run-1", epoch=epoch, first=1)


def batch(rows: list[StoredEvent], *openings: Opening, **records: Any) -> Batch:
    """A batch of `jarvis`; without openings, of its one usual writer."""
    given = openings or (opening(),)
    return Batch(openings={each.writer: each for each in given}, rows=rows, orchestrator="jarvis", **records)


def snapshot(id: str, *, epoch: int = 1, taken: int = START, orchestrator: str = "jarvis", **more: Any) -> Snapshot:
    header = CheckpointHeader(
        id=id,
        orchestrator=orchestrator,
        run=RunId("run-1"),
        epoch=epoch,
        taken=taken,
        position={WRITER: 7},
        stamp=(taken, WRITER, 7),
        hash="ab" * 32,
        size=21,
        tasks=1,
        agents=0,
        label=more.get("label", ""),
    )
    return Snapshot(header=header, state=more.get("state", '{"name":"jarvis — ü"}'.encode()))


def lease(agent: str, beat: int, **details: Any) -> Lease:
    return Lease(agent=AgentId(agent), beat=beat, beats=2, details=details)


def task(id: str, **changed: Any) -> TaskRecord:
    facts = {"created": START, "updated": (START + 5_000_000, WRITER, 3), "chain": RunId("run-1"), **changed}
    return TaskRecord(id=TaskId(id), **facts)


def attempt(number: int) -> Attempt:
    return Attempt(method="assign_task", run=RunId("run-1"), number=number, claimed=START, key="k")


def step(key: str, **changed: Any) -> StepRecord:
    facts = {"status": "finished", "updated": (START, WRITER, 4), **changed}
    return StepRecord(task=TaskId("t-1"), key=key, name="charge", run=RunId("run-1"), **facts)


def run(id: str, **changed: Any) -> RunRecord:
    process = ProcessIdentity(host="here", pid=4711, created=12.5, boot_id="boot")
    facts = {
        "process": process,
        "epoch": 1,
        "writer": WriterId(WRITER),
        "started": START,
        "chain": RunId(id),
        **changed,
    }
    return RunRecord(id=RunId(id), name="jarvis", **facts)
