"""Everything that is left of an orchestrator's events beyond a position: segments, archive and store as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from jarvis_ctx.errors import CorruptData, StoreUnavailable, Unreadable
from jarvis_ctx.journal import archive, frame, losses, read, skim
from jarvis_ctx.journal.marks import WriterMark
from jarvis_ctx.journal.ports import EventStore, StoredEvent
from jarvis_ctx.journal.ranges import Range, joined
from jarvis_ctx.journal.values import Values
from jarvis_ctx.model.event import Event


class Gathered(msgspec.Struct, kw_only=True):
    """The events found, where, and what is known to be missing."""

    events: list[Event] = []
    sources: dict[str, int] = {}
    """How many events each layer gave."""
    last: dict[str, int] = {}
    """The last number found of each writer."""
    ends: dict[str, int] = {}
    """The last number that each writer's segments tell of: the one before a segment, or the last of an archived one."""
    lost: dict[str, list[Range]] = {}
    """Numbers that were written and are nowhere any more, by writer; the state may have what they added up to."""
    damaged: list[str] = []
    """What did not verify, a sentence each."""
    epoch: int = 0
    """The greatest epoch a segment names."""

    def count(self, source: str, events: int) -> None:
        """Note that a layer gave so many events more."""
        self.sources[source] = self.sources.get(source, 0) + events


def gather(
    folder: Path,
    orchestrator: str,
    after: dict[str, int],
    store: EventStore | None,
    marks: list[WriterMark],
    values: Values,
    *,
    whole: bool = True,
) -> Gathered:
    """Events of `orchestrator` after a position, each once, unsorted; writers `after` does not name count from 1.

    Files come first, because they were there first; the store fills what they lack. Digests are checked everywhere;
    unless `whole`, segments that have nothing after the position are not looked at, and their damage is not named.
    """
    ours = [mark for mark in marks if mark.orchestrator == orchestrator]
    search = _Search(folder, orchestrator, after, {mark.writer for mark in ours}, values, whole=whole)
    search.files()
    if store is not None:
        search.store(store)
        search.result.lost = losses.within(folder, after, store)
    if search.has_gaps():
        search.files_again()
    return search.done(ours)


class _Search:
    """Looks through one layer after another for what the layers before do not have."""

    def __init__(
        self, folder: Path, orchestrator: str, after: dict[str, int], ours: set[str], values: Values, *, whole: bool
    ) -> None:
        self._folder, self._orchestrator, self._after = folder, orchestrator, after
        self._ours, self._values, self._whole = ours, values, whole
        self._found: dict[str, dict[int, Event]] = {}
        """Of each writer that anything was found of, by number."""
        self.result = Gathered()

    def files(self) -> None:
        for source, segment in self._segments(self.result):
            self._add(self.result, source, segment.writer, self._wanted(segment))

    def files_again(self) -> None:
        """A writer may have gone on to its next segment after we had read the one before: that one is whole now.

        What it says meanwhile is left out, as that might have a gap again, and what is damaged was named before.
        """
        again, ends = Gathered(), self._ends()
        for source, segment in self._segments(again):
            until = ends.get(segment.writer, 0)
            self._add(again, source, segment.writer, (each for each in self._wanted(segment) if each[0] <= until))
        for source, count in again.sources.items():
            self.result.count(source, count)

    def store(self, store: EventStore) -> None:
        after = self._after.get
        complete = {writer: _contiguous(numbers, after(writer, 0)) for writer, numbers in self._found.items()}
        try:
            for row in store.events(self._orchestrator, self._after | complete):
                if _verifies(row):
                    self._add(self.result, "store", row.writer, [(row.number, row.payload.encode())])
                else:
                    damage = f"Event {row.number} of writer {row.writer} in the database is damaged."
                    self.result.damaged.append(damage)
        except StoreUnavailable as error:
            self.result.damaged.append(str(error))

    def has_gaps(self) -> bool:
        """Whether numbers are missing between those that were found, or before a segment."""
        found = {writer: self._found.get(writer, {}) for writer in self._ends()}
        after = {writer: min(numbers, default=self._after.get(writer, 0)) for writer, numbers in found.items()}
        return any(_contiguous(found[writer], after[writer]) < end for writer, end in self._ends().items())

    def done(self, ours: list[WriterMark]) -> Gathered:
        result = self.result
        result.events = [event for numbers in self._found.values() for event in numbers.values()]
        result.last = self._last()
        for writer, gaps in losses.beyond(self._found, self._after, ours, result.ends).items():
            result.lost[writer] = joined(result.lost.get(writer, []), gaps)
        return result

    def _last(self) -> dict[str, int]:
        return {writer: max(numbers) for writer, numbers in self._found.items()}

    def _ends(self) -> dict[str, int]:
        """The last number of each writer that was found, or that its segments tell of beyond the position."""
        ends, last = self.result.ends, self._last()
        return {writer: max(last.get(writer, 0), ends.get(writer, 0)) for writer in last.keys() | ends.keys()}

    def _segments(self, result: Gathered) -> Iterator[tuple[str, read.SegmentData]]:
        for archived in archive.listing(self._folder / "archive"):
            if archived.orchestrator == self._orchestrator and archived.last > self._after.get(archived.writer, 0):
                self._ends_at(archived.writer, archived.last, result)
                try:
                    yield "archive", _noting_holes(archive.read_archived(archived), result)
                except (CorruptData, OSError) as error:
                    result.damaged.append(str(error))
        for path in self._paths():
            try:
                segment = read.read_segment(path)
            except FileNotFoundError:  # Archived in this moment by the run we look at: its store has what was in it.
                continue
            opening = segment.opening
            if opening.orchestrator == self._orchestrator if opening else segment.writer in self._ours:
                result.epoch = max(result.epoch, opening.epoch if opening else 0)
                self._ends_at(segment.writer, opening.first - 1 if opening else 0, result)
                yield "segments", _noting_holes(segment, result)

    def _ends_at(self, writer: str, number: int, result: Gathered) -> None:
        if number > max(self._after.get(writer, 0), result.ends.get(writer, 0)):
            result.ends[writer] = number

    def _paths(self) -> Iterator[Path]:
        for writer, paths in read.segment_paths(self._folder).items():
            yield from paths if self._whole else skim.beyond(paths, self._after.get(writer, 0))

    def _wanted(self, segment: read.SegmentData) -> Iterator[tuple[int, bytes]]:
        known = self._after.get(segment.writer, 0)
        return ((found.number, found.payload) for found in segment.frames if found.number > known)

    def _add(self, result: Gathered, source: str, writer: str, rows: Iterable[tuple[int, bytes]]) -> None:
        numbers = self._found.get(writer, {})
        before = len(numbers)
        for number, payload in rows:
            if number not in numbers:
                try:
                    numbers[number] = read.event(writer, payload, self._values)
                except Unreadable:
                    raise  # Who goes on without it would take what is there for lost.
                except CorruptData as error:
                    result.damaged.append(str(error))
        if len(numbers) > before:
            self._found[writer] = numbers
            result.count(source, len(numbers) - before)


def _noting_holes(segment: read.SegmentData, result: Gathered) -> read.SegmentData:
    result.damaged += [f"{segment.path} has {hole.length} damaged bytes at {hole.offset}." for hole in segment.holes]
    return segment


def _contiguous(numbers: dict[int, Event], start: int) -> int:
    while start + 1 in numbers:
        start += 1
    return start


def _verifies(row: StoredEvent) -> bool:
    return frame.digester(row.writer)(row.number, row.payload.encode()).hex() == row.digest
