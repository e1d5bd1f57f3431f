"""Other writers of the store: what they have left, or write beside us, is drained for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jarvis_ctx.errors import CorruptData
from jarvis_ctx.journal import archive, frame, read
from jarvis_ctx.journal.marks import Marks
from jarvis_ctx.journal.ports import Batch, EventStore, StoredEvent
from jarvis_ctx.journal.segment import Opening
from jarvis_ctx.model.cut import Cut

BATCH_BYTES = 1_048_576
"""Bytes of payload one transaction takes, and at most one event more."""
EVENTS = 10_000
"""Events of the past that one turn takes, and at most a batch more: somebody may be waiting, with a limit."""
ALL = 1 << 62
"""More than any writer's last number."""


class OthersDrain:
    """Drains writers that are not this process's: dead ones, forked children, commands, other orchestrators."""

    def __init__(self, folder: Path, store: EventStore, marks: Marks, own: Opening) -> None:
        self._folder, self._store, self._marks, self._own = folder, store, marks, own
        self._known: dict[str, int] | None = None
        self._past: Iterator[int] | None = None
        """What goes on catching up."""
        self._cut = Cut()
        self._served = ""
        """The writer that the last batch was of."""
        self._finished: set[Path] = set()
        """Sealed segments that the store has whole, which need not be read again while they wait for the archive."""
        self.damaged: list[str] = []
        """Archives that did not verify; they stay where they are."""

    def catch_up(self, fences: dict[str, int], cut: Cut) -> int:
        """Drain some of what segments and archive have and the store lacks; returns how many events, 0 when it has all.

        Once, when the drain role is taken. A new database or an older copy of it gets its past back here. `fences`
        {writer: last number} keeps out what an overtaken run wrote after its successor had begun, and `cut` what was
        cleaned up.
        """
        if self._known is not None:
            return 0
        self._past = self._past or self._catching_up(fences, cut)
        moved = 0
        try:
            for batch in self._past:
                moved += batch
                if moved >= EVENTS:
                    break
        except BaseException:
            self._past = None  # It begins anew whatever stopped it, and drains nothing twice; the error itself goes on.
            raise
        return moved

    @property
    def caught_up(self) -> bool:
        """Whether the store has all that there was."""
        return self._known is not None

    def _catching_up(self, fences: dict[str, int], cut: Cut) -> Iterator[int]:
        self.damaged = []
        self._cut = cut
        known = self._store.watermarks()
        self._take_back(known, fences)
        had = dict(known)  # An earlier number may lie behind a later one: in a segment, which the archive comes before.
        for archived in archive.listing(self._folder / "archive"):
            if archived.last > (after := had.get(archived.writer, 0)):
                try:
                    yield from self._drain(archive.read_archived(archived), after, known, fences)
                except (CorruptData, OSError) as error:
                    self.damaged.append(str(error))
        if cut.position:
            self._store.cut(self._own.orchestrator, cut)
            for numbers in (had, known):
                numbers.update({writer: max(last, numbers.get(writer, 0)) for writer, last in cut.position.items()})
        writers = read.segment_paths(self._folder)  # Before the marks: a new writer has its mark before its segment.
        appended = {mark.writer: mark.appended for mark in self._marks.writers()}
        for writer in writers:  # Our own segments, too: those that were given up are only here, and may be in no store.
            after, whole = had.get(writer, 0), appended.get(writer, ALL)
            yield from self._drain_segments(writer, after, known, fences, whole)
        self._known, self._past = known, None

    def begin_anew(self) -> None:
        """Another database has taken the store's place: the next `catch_up` finds out what it lacks."""
        self._known, self._past, self._finished = None, None, set()

    def _take_back(self, known: dict[str, int], fences: dict[str, int]) -> None:
        """Remove what an overtaken run drained itself before it noticed."""
        for writer, last in fences.items():
            if known.get(writer, 0) > last:
                self._store.remove(writer, range(last + 1, known[writer] + 1))
                known[writer] = last

    def step(self, fences: dict[str, int]) -> int:
        """Drain one batch of what a live writer beside us has appended since; returns how many events.

        They take turns, so that one that says much keeps neither the others nor this process waiting.
        """
        if (known := self._known) is None:
            return 0
        behind = self._behind(known, fences)
        for writer in sorted(behind, key=lambda writer: (writer <= self._served, writer)):
            self._served = writer
            moved = next(self._drain_segments(writer, known.get(writer, 0), known, fences, behind[writer]), 0)
            self._marks.note_drained(writer, known.get(writer, 0))
            if moved:
                return moved
        return 0

    def _behind(self, known: dict[str, int], fences: dict[str, int]) -> dict[str, int]:
        """The writers beside us of which the store lacks something, and how far their marks say they are."""
        marks = [mark for mark in self._marks.writers() if mark.writer != self._own.writer]
        reach = {mark.writer: min(mark.appended, fences.get(mark.writer, ALL)) for mark in marks}
        return {m.writer: m.appended for m in marks if reach[m.writer] > max(known.get(m.writer, 0), m.drained)}

    def _drain_segments(
        self, writer: str, after: int, known: dict[str, int], fences: dict[str, int], whole: int
    ) -> Iterator[int]:
        """Drain what lies in segments, a batch whenever asked, and say how many events it had.

        Only what comes after number `after`; beyond `whole`, what the mark said before, up to the first gap.
        """
        reached = known.get(writer, 0)
        for path in read.segment_paths(self._folder).get(writer, []):
            if path in self._finished:
                continue
            try:
                segment = read.read_segment(path)
            except FileNotFoundError:  # Archived by its own orchestrator in this moment, so the store has it.
                continue
            last, reached = segment.last, read.reach(segment.frames, reached, whole)
            segment.frames = [found for found in segment.frames if found.number <= reached]
            yield from self._drain(segment, after, known, fences)
            if segment.seal is not None and last <= reached:
                self._finished.add(path)

    def _drain(
        self, segment: read.SegmentData, after: int, known: dict[str, int], fences: dict[str, int]
    ) -> Iterator[int]:
        fence = fences.get(segment.writer)
        wanted = [f for f in segment.frames if f.number > after and (fence is None or f.number <= fence)]
        wanted = [f for f in wanted if not read.is_cut(self._cut, segment.writer, f.number, f.payload)]
        openings = {segment.writer: segment.opening} if segment.opening else {}
        owner = segment.opening.orchestrator if segment.opening else self._marks.owners().get(segment.writer)
        if not (owner and wanted):
            return
        for chunk in chunks([stored(segment.writer, found) for found in wanted]):
            self._store.write(Batch(openings=openings, rows=chunk, orchestrator=owner))
            known[segment.writer] = max(chunk[-1].number, known.get(segment.writer, 0))
            yield len(chunk)


def stored(writer: str, found: frame.Frame) -> StoredEvent:
    """A frame as the store keeps it."""
    return StoredEvent(writer, found.number, found.digest.hex(), found.payload.decode())


def chunks(rows: list[StoredEvent]) -> Iterator[list[StoredEvent]]:
    """The rows in batches of `BATCH_BYTES`, and at most one event more."""
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
