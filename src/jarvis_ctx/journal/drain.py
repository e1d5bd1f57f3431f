"""The drain: moves the events this process appends from its segments into the store, in the background."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from jarvis_ctx.errors import JournalUnavailable
from jarvis_ctx.journal import frame
from jarvis_ctx.journal.marks import DRAINED, Marks
from jarvis_ctx.journal.others import BATCH_BYTES, stored
from jarvis_ctx.journal.ports import Batch, EventStore, StoredEvent
from jarvis_ctx.journal.segment import Opening
from jarvis_ctx.journal.sync import Sync
from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.model.restored import Span, abandoned
from jarvis_ctx.model.run import RunRecord

RECORDS = 1000
"""Tasks that one transaction writes at most, so that a long list of them keeps nobody waiting."""


class OwnDrain:
    """Drains the segments this process writes, straight from memory."""

    def __init__(
        self,
        writer: Writer,
        opening: Opening,
        store: EventStore,
        sync: Sync,
        marks: Marks,
        slot: int,
        *,
        drains: bool = True,
    ) -> None:
        """`drains`: not in a process that only takes part in a run, whose own process drains for it."""
        self._writer, self._opening, self._store = writer, opening, store
        self._sync, self._marks, self._slot = sync, marks, slot
        self._offsets: dict[str, int] = {}
        self._runs: dict[str, RunRecord] = {}
        """The runs as the store has them."""
        self._left: list[Span] = []
        """The stretches of time of which the store knows that a restore has undone them."""
        self.number = 0
        """The last number the store has."""
        self.batches = 0
        self.drains = drains

    @property
    def undrained(self) -> int:
        """Bytes of the segments not yet given up. Where nothing runs in the background, they are given up here."""
        if not self.drains:
            with suppress(OSError, JournalUnavailable):  # They are tried again at the next segment.
                self.follow()
        return self._writer.undrained

    def step(self) -> int:
        """Move one batch; returns how many events it had. Raises `StoreUnavailable`, and then nothing was moved."""
        rows, offsets = self._collect()
        self._write(rows)
        if rows:
            self.number = max(self.number, rows[-1].number)
            self._marks.cells[self._slot + DRAINED] = self.number
        self._offsets |= offsets
        self._give_up_full_segments()
        return len(rows)

    def follow(self) -> None:
        """Keep up with another process that drains our events; what they add up to is its run's own to write."""
        if not self.drains:
            self.number = max(self.number, self._marks.cells[self._slot + DRAINED])
            self._give_up_full_segments()
            return
        if self.number < self._writer.number:
            self.look()
        self._write([])
        self._give_up_full_segments()

    def look(self) -> None:
        """Find out from the store how much of ours it has. Raises `StoreUnavailable`."""
        self.number = max(self.number, self._store.watermarks().get(self._writer.writer, 0))

    def begin_anew(self) -> None:
        """Another database has taken the store's place: it may lack anything, so everything here is given to it."""
        self._offsets, self._runs, self._left, self.number = {}, {}, [], 0
        self._writer.dirty.update(self._writer.state.tasks, self._writer.state.steps)

    def _write(self, rows: list[StoredEvent]) -> None:
        state = self._writer.state
        left = abandoned(state.restores) if state.restores else []
        if left != self._left:
            self._writer.dirty.update(state.tasks, state.steps)
        dirty = self._writer.take_dirty(RECORDS)
        runs = [run for run in list(state.runs.values()) if self._runs.get(run.id) is not run]
        if not (rows or dirty or runs or left != self._left):
            return
        try:
            self._store.write(self._batch(rows, dirty, runs, left if left != self._left else []))
        except BaseException:
            # Whatever stopped the transaction, these tasks are still to be written; the error itself goes on.
            self._writer.dirty.update(dirty)
            raise
        self.batches += 1
        self._left = left
        self._runs |= {run.id: run for run in runs}

    def _collect(self) -> tuple[list[StoredEvent], dict[str, int]]:
        rows: list[StoredEvent] = []
        offsets: dict[str, int] = {}
        budget = BATCH_BYTES
        for segment, end, _ in self._writer.committed():
            start = self._offsets.get(segment.place.name, 0)
            if budget <= 0 or start == end:
                continue
            data = self._writer.read(segment, start, end)
            if data is None:
                break  # Its copy is read in its turn: what comes after it waits for that.
            offsets[segment.place.name] = end
            for found in _frames(data, self._writer.writer):
                rows.append(stored(self._writer.writer, found))
                budget -= len(found.payload)
                if budget <= 0:
                    offsets[segment.place.name] = start + found.offset + frame.size(len(found.payload))
                    break
        return rows, offsets

    def _batch(self, rows: list[StoredEvent], dirty: set[str], runs: list[RunRecord], left: list[Span]) -> Batch:
        state = self._writer.state
        openings: dict[str, Opening] = {self._writer.writer: self._opening}
        tasks = [record for name in dirty if (record := state.tasks.get(name)) is not None]
        steps = [step for name in dirty for step in state.steps.get(name, {}).values()]
        return Batch(
            openings=openings,
            rows=rows,
            orchestrator=self._writer.orchestrator,
            tasks=tasks,
            steps=steps,
            runs=runs,
            left=[(after[0], before[0]) for after, before in left],
        )

    def _give_up_full_segments(self) -> None:
        for segment, _, last in self._writer.committed()[:-1]:
            if last <= self.number:
                self._sync.give_up(segment)
                self._offsets.pop(segment.place.name, None)


def _frames(data: bytes, writer: str) -> Iterator[frame.Frame]:
    for found in frame.scan(data, writer):
        if isinstance(found, frame.Frame) and found.magic == frame.EVENT:
            yield found
