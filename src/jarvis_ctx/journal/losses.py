"""What is gone: numbers that the marks or a state know of and that no segment, archive or store has any more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.journal import archive, read
from jarvis_ctx.journal.marks import WriterMark
from jarvis_ctx.journal.ports import EventStore
from jarvis_ctx.journal.ranges import Range, missing

Lost = dict[str, list[Range]]


def beyond(found: Mapping[str, Collection[int]], after: dict[str, int], marks: list[WriterMark]) -> Lost:
    """What `found` {writer: numbers} lacks after a position."""
    appended = {mark.writer: mark.appended for mark in marks}
    lost: Lost = {}
    for writer in found.keys() | appended.keys():
        known, numbers = after.get(writer, 0), found.get(writer, ())
        end = max(max(numbers, default=known), appended.get(writer, 0))
        if gaps := missing(numbers, known + 1, end):
            lost[writer] = gaps
    return lost


def within(folder: Path, after: dict[str, int], marks: list[WriterMark], store: EventStore) -> Lost:
    """What is gone up to a position: the state has what it added up to, and nothing else has it.

    That takes a kill between a checkpoint's file and the drain that follows it, and the loss of the segments.
    """
    behind = [mark.writer for mark in marks if mark.drained < after.get(mark.writer, 0)]
    try:
        stored = store.watermarks() if behind else {}
    except StoreUnavailable:
        return {}  # Whoever gathers reads the store as well, and reports that.
    lost: Lost = {}
    for writer in behind:
        first, last = stored.get(writer, 0) + 1, after[writer]
        if first <= last and (gaps := missing(_in_files(folder, writer), first, last)):
            lost[writer] = gaps
    return lost


def _in_files(folder: Path, writer: str) -> Iterator[int]:
    for archived in archive.listing(folder / "archive"):
        if archived.writer == writer:
            yield from range(archived.first, archived.last + 1)
    for path in read.segment_paths(folder).get(writer, []):
        yield from (found.number for found in read.read_segment(path).frames)
