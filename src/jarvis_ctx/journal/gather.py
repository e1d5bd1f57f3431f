"""Everything that is left of an orchestrator's events beyond a position: segments, archive and store as one."""

from __future__ import annotations

from collections.abc import Iterator
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
    lost: dict[str, list[Range]] = {}
    """Numbers that were written and are nowhere any more, by writer; the state may have what they added up to."""
    damaged: list[str] = []
    """What did not verify, a sentence each."""
    epoch: int = 0
    """The greatest epoch a segment names."""


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
    result = Gathered()
    found: dict[str, dict[int, Event]] = {}
    marks = [mark for mark in marks if mark.orchestrator == orchestrator]
    for source, segment in _files(folder, orchestrator, {mark.writer for mark in marks}, after, result, whole):
        numbers = found.setdefault(segment.writer, {})
        _add(result, source, numbers, segment.writer, _wanted(segment, after), values)
    if store is not None:
        _from_store(result, found, orchestrator, after, store, values)
        result.lost = losses.within(folder, after, marks, store)
    if any(_contiguous(numbers, min(numbers) - 1) < max(numbers) for numbers in found.values() if numbers):
        # A writer may have gone on to its next segment after we had read the one before: that one is whole now.
        # What it says meanwhile is left out, as that might have a gap again.
        ours, again = {mark.writer for mark in marks}, Gathered()
        last = {writer: max(numbers) for writer, numbers in found.items() if numbers}
        for source, segment in _files(folder, orchestrator, ours, after, again, whole):
            if (until := last.get(segment.writer)) is not None:
                wanted = (each for each in _wanted(segment, after) if each[0] <= until)
                _add(again, source, found[segment.writer], segment.writer, wanted, values)
        result.sources = {
            s: result.sources.get(s, 0) + again.sources.get(s, 0) for s in {**result.sources, **again.sources}
        }
    result.events = [event for numbers in found.values() for event in numbers.values()]
    result.last = {writer: max(numbers) for writer, numbers in found.items() if numbers}
    for writer, gaps in losses.beyond(found, after, marks).items():
        result.lost[writer] = joined(result.lost.get(writer, []), gaps)
    return result


def _files(
    folder: Path, orchestrator: str, ours: set[str], after: dict[str, int], result: Gathered, whole: bool
) -> Iterator[tuple[str, read.SegmentData]]:
    for archived in archive.listing(folder / "archive"):
        if archived.orchestrator == orchestrator and archived.last > after.get(archived.writer, 0):
            try:
                yield "archive", _noting_holes(archive.read_archived(archived), result)
            except (CorruptData, OSError) as error:
                result.damaged.append(str(error))
    for path in _paths(folder, after, whole):
        try:
            segment = read.read_segment(path)
        except FileNotFoundError:  # Archived in this moment by the run we look at: its store has what was in it.
            continue
        opening = segment.opening
        if opening.orchestrator == orchestrator if opening else segment.writer in ours:
            result.epoch = max(result.epoch, opening.epoch if opening else 0)
            yield "segments", _noting_holes(segment, result)


def _paths(folder: Path, after: dict[str, int], whole: bool) -> Iterator[Path]:
    for writer, paths in read.segment_paths(folder).items():
        yield from paths if whole else skim.beyond(paths, after.get(writer, 0))


def _noting_holes(segment: read.SegmentData, result: Gathered) -> read.SegmentData:
    result.damaged += [f"{segment.path} has {hole.length} damaged bytes at {hole.offset}." for hole in segment.holes]
    return segment


def _wanted(segment: read.SegmentData, after: dict[str, int]) -> Iterator[tuple[int, bytes]]:
    known = after.get(segment.writer, 0)
    return ((found.number, found.payload) for found in segment.frames if found.number > known)


def _add(
    result: Gathered,
    source: str,
    numbers: dict[int, Event],
    writer: str,
    rows: Iterator[tuple[int, bytes]],
    values: Values,
) -> None:
    for number, payload in rows:
        if number not in numbers:
            try:
                numbers[number] = read.event(writer, payload, values)
            except Unreadable:
                raise  # Who goes on without it would take what is there for lost.
            except CorruptData as error:
                result.damaged.append(str(error))
                continue
            result.sources[source] = result.sources.get(source, 0) + 1


def _from_store(
    result: Gathered,
    found: dict[str, dict[int, Event]],
    orchestrator: str,
    after: dict[str, int],
    store: EventStore,
    values: Values,
) -> None:
    complete = {writer: _contiguous(numbers, after.get(writer, 0)) for writer, numbers in found.items()}
    try:
        for row in store.events(orchestrator, after | complete):
            if _verifies(row):
                numbers = found.setdefault(row.writer, {})
                _add(result, "store", numbers, row.writer, iter([(row.number, row.payload.encode())]), values)
            else:
                result.damaged.append(f"Event {row.number} of writer {row.writer} in the database is damaged.")
    except StoreUnavailable as error:
        result.damaged.append(str(error))


def _contiguous(numbers: dict[int, Event], start: int) -> int:
    while start + 1 in numbers:
        start += 1
    return start


def _verifies(row: StoredEvent) -> bool:
    return frame.digester(row.writer)(row.number, row.payload.encode()).hex() == row.digest
