"""The drain: moves the events this process appends from its segments into the store, in the background."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from jarvis_ctx.journal import frame
from jarvis_ctx.journal.marks import DRAINED, Marks
from jarvis_ctx.journal.others import BATCH_BYTES, stored
from jarvis_ctx.journal.ports import Batch, EventStore, StoredEvent
from jarvis_ctx.journal.segment import Opening, Segment
from jarvis_ctx.journal.sync import Sync
from jarvis_ctx.journal.writer import Writer


class Cursor(NamedTuple):
    """Where the drain stands in a segment being written."""

    segment: Segment
    offset: int


class OwnDrain:
    """Drains the segments this process writes, straight from memory."""

    def __init__(
        self, writer: Writer, opening: Opening, store: EventStore, sync: Sync, marks: Marks, slot: int
    ) -> None:
        self._writer, self._opening, self._store = writer, opening, store
        self._sync, self._marks, self._slot = sync, marks, slot
        self._offsets: dict[str, int] = {}
        self.number = 0
        """The last number the store has."""
        self.batches = 0

    def step(self) -> int:
        """Move one batch; returns how many events it had. Raises `StoreUnavailable`, and then nothing was moved."""
        rows, offsets = self._collect()
        dirty = self._writer.take_dirty()
        if rows or dirty:
            self._write(rows, dirty)
        if offsets:
            self._offsets |= offsets
            self._give_up_full_segments()
        return len(rows)

    def _write(self, rows: list[StoredEvent], dirty: set[str]) -> None:
        try:
            self._store.write(self._batch(rows, dirty))
        except BaseException:
            # Whatever stopped the transaction, these tasks are still to be written; the error itself goes on.
            self._writer.dirty.update(dirty)
            raise
        self.batches += 1
        if rows:
            self.number = max(self.number, rows[-1].number)
            self._marks.cells[self._slot + DRAINED] = self.number

    def _collect(self) -> tuple[list[StoredEvent], dict[str, int]]:
        rows: list[StoredEvent] = []
        offsets: dict[str, int] = {}
        budget = BATCH_BYTES
        for segment, end, _ in self._writer.committed():
            start = self._offsets.get(segment.path.name, 0)
            if budget <= 0 or start == end:
                continue
            offsets[segment.path.name] = end
            for found in _frames(segment.read(start, end), self._writer.writer):
                rows.append(stored(self._writer.writer, found))
                budget -= len(found.payload)
                if budget <= 0:
                    offsets[segment.path.name] = start + found.offset + frame.size(len(found.payload))
                    break
        return rows, offsets

    def _batch(self, rows: list[StoredEvent], dirty: set[str]) -> Batch:
        state = self._writer.state
        openings: dict[str, Opening] = {self._writer.writer: self._opening}
        tasks = [record for name in dirty if (record := state.tasks.get(name)) is not None]
        steps = [step for name in dirty for step in state.steps.get(name, {}).values()]
        runs = list(state.runs.values()) if any("Run" in row.payload[:120] for row in rows) else []
        return Batch(
            openings=openings, rows=rows, orchestrator=self._writer.orchestrator, tasks=tasks, steps=steps, runs=runs
        )

    def _give_up_full_segments(self) -> None:
        for segment, end, _ in self._writer.committed()[:-1]:
            if self._offsets.get(segment.path.name, 0) == end:
                self._sync.give_up(segment)
                self._offsets.pop(segment.path.name, None)


def _frames(data: bytes, writer: str) -> Iterator[frame.Frame]:
    for found in frame.scan(data, writer):
        if isinstance(found, frame.Frame) and found.magic == frame.EVENT:
            yield found
