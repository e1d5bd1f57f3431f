"""What is gone: numbers that marks, segments or a state know of and that no segment, archive or store has any more."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.journal import archive, read
from jarvis_ctx.journal.marks import WriterMark
from jarvis_ctx.journal.ports import EventStore
from jarvis_ctx.journal.ranges import Range, missing

Lost = dict[str, list[Range]]


def beyond(
    found: Mapping[str, Collection[int]], after: dict[str, int], marks: list[WriterMark], ends: Mapping[str, int]
) -> Lost:
    """What `found` {writer: numbers} lacks after a position; `ends` are the last numbers that segments tell of."""
    appended = {mark.writer: mark.appended for mark in marks}
    lost: Lost = {}
    for writer in found.keys() | appended.keys() | ends.keys():
        known, numbers = after.get(writer, 0), found.get(writer, ())
        end = max(max(numbers, default=known), appended.get(writer, 0), ends.get(writer, 0))
        if gaps := missing(numbers, known + 1, end):
            lost[writer] = gaps
    return lost


def within(folder: Path, after: dict[str, int], store: EventStore) -> Lost:
    """What is gone up to a position: the state has what it added up to, and nothing else has it.

    That takes a kill between a checkpoint's file and the drain that follows it, or a power loss that takes what the
    store had not synced, and the loss of the segments. Of the store only what it has itself is believed: marks say what
    it had before the power went.
    """
    try:
        stored = store.watermarks()
    except StoreUnavailable:
        return {}  # Whoever gathers reads the store as well, and reports that.
    behind = {writer for writer, last in after.items() if stored.get(writer, 0) < last}
    there = _in_files(folder, behind) if behind else {}
    gaps = {writer: missing(there[writer], stored.get(writer, 0) + 1, after[writer]) for writer in behind}
    return {writer: lost for writer, lost in gaps.items() if lost}


def _in_files(folder: Path, writers: set[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {writer: set() for writer in writers}
    for archived in archive.listing(folder / "archive"):
        if archived.writer in writers:
            found[archived.writer].update(range(archived.first, archived.last + 1))
    for writer, paths in read.segment_paths(folder).items():
        for path in paths if writer in writers else ():
            found[writer].update(frame.number for frame in read.read_segment(path).frames)
    return found
