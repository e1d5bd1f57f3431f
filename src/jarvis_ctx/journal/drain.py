"""The drain: moves events from segments into the store, in the background, for all writers of the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from jarvis_ctx.journal import archive, frame, read
from jarvis_ctx.journal.marks import DRAINED, Marks
from jarvis_ctx.journal.ports import Batch, EventStore, StoredEvent
from jarvis_ctx.journal.segment import Opening, Segment
from jarvis_ctx.journal.sync import Sync
from jarvis_ctx.journal.writer import Writer

BATCH_BYTES = 1_048_576
"""Bytes of payload one transaction takes at most, but for one event larger than that."""


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
        if not rows and not dirty:
            return 0
        try:
            self._store.write(self._batch(rows, dirty))
        except BaseException:
            # Whatever stopped the transaction, these tasks are still to be written; the error itself goes on.
            self._writer.dirty.update(dirty)
            raise
        self._offsets |= offsets
        if rows:
            self.number = rows[-1].number
            self.batches += 1
            self._marks.cells[self._slot + DRAINED] = self.number
        self._give_up_full_segments()
        return len(rows)

    def _collect(self) -> tuple[list[StoredEvent], dict[str, int]]:
        rows: list[StoredEvent] = []
        offsets: dict[str, int] = {}
        budget = BATCH_BYTES
        for segment, end, _ in self._writer.committed():
            start = self._offsets.get(segment.path.name, 0)
            if budget <= 0 or start == end:
                continue
            for found in _frames(segment.read(start, end), self._writer.writer):
                rows.append(stored(self._writer.writer, found))
                budget -= len(found.payload)
                offsets[segment.path.name] = start + found.offset + frame.size(len(found.payload))
                if budget <= 0:
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


def stored(writer: str, found: frame.Frame) -> StoredEvent:
    """A frame as the store keeps it."""
    return StoredEvent(writer, found.number, found.digest.hex(), found.payload.decode())


def drain_others(folder: Path, store: EventStore, own: str, fences: dict[str, int]) -> int:
    """Drain what other writers, dead ones above all, have left in segments; returns the number of events moved.

    What the archive has and the store lacks (a new database, an older copy) comes back first.
    `fences` {writer: last number} keeps out what an overtaken run wrote after its successor had begun.
    """
    watermarks = store.watermarks()
    moved = 0
    for archived in archive.listing(folder / "archive"):
        known = watermarks.get(archived.writer, 0)
        if archived.last > known:
            moved += _drain_segment(archive.read_archived(archived), store, known, fences.get(archived.writer))
            watermarks[archived.writer] = max(known, archived.last)
    for writer, paths in read.segment_paths(folder).items():
        if writer != own:
            known, fence = watermarks.get(writer, 0), fences.get(writer)
            moved += sum(_drain_segment(read.read_segment(path), store, known, fence) for path in paths)
    return moved


def _drain_segment(segment: read.SegmentData, store: EventStore, watermark: int, fence: int | None) -> int:
    wanted = [f for f in segment.frames if f.number > watermark and (fence is None or f.number <= fence)]
    if segment.opening is None or not wanted:
        return 0
    for chunk in _chunks([stored(segment.writer, found) for found in wanted]):
        store.write(Batch(openings={segment.writer: segment.opening}, rows=chunk))
    return len(wanted)


def _chunks(rows: list[StoredEvent]) -> Iterator[list[StoredEvent]]:
    chunk: list[StoredEvent] = []
    size = 0
    for row in rows:
        chunk.append(row)
        size += len(row.payload)
        if size >= BATCH_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
