"""Where the next cut goes, and what an archived segment loses by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from jarvis_ctx.errors import CorruptData
from jarvis_ctx.journal import archive, frame, read
from jarvis_ctx.journal.values import MARK, is_reference
from jarvis_ctx.model.cut import KEPT, Cut


class Shred(msgspec.Struct, frozen=True, kw_only=True):
    """What goes of an archived segment, and what stays."""

    archived: archive.Archived
    segment: read.SegmentData
    stays: list[tuple[int, bytes]]
    goes: int
    decisions: int
    """How many of those that go are decisions."""
    values: set[str]
    """Side files that what goes names."""


def position(folder: Path, orchestrator: str, covered: dict[str, int], cut: Cut, horizon: int) -> dict[str, int]:
    """How far each writer's events are older than `horizon` (µs), archived, and within `covered`; `cut` included."""
    reached = dict(cut.position)
    younger: set[str] = set()
    for archived in ours(folder, orchestrator):
        writer, known, last = archived.writer, reached.get(archived.writer, 0), covered.get(archived.writer, 0)
        if writer in younger or archived.last <= known or last <= known:
            continue
        try:
            frames = archive.read_archived(archived).frames
        except (CorruptData, OSError):
            younger.add(writer)  # Nothing is cut beyond what cannot be read; doctor names it.
            continue
        old = [found.number for found in frames if found.number <= last and _time(writer, found) < horizon]
        reached[writer] = max([known, *old])
        if reached[writer] < archived.last:
            younger.add(writer)
    return {writer: number for writer, number in reached.items() if number}


def shreds(folder: Path, orchestrator: str, cut: Cut) -> Iterator[Shred]:
    """The archived segments that hold something that `cut` takes; killed after some of them, the rest is left."""
    for archived in ours(folder, orchestrator):
        if archived.first > cut.position.get(archived.writer, 0):
            continue
        try:
            segment = archive.read_archived(archived)
        except (CorruptData, OSError):
            continue
        shred = _shred(archived, segment, cut)
        if shred.goes:
            yield shred


def _shred(archived: archive.Archived, segment: read.SegmentData, cut: Cut) -> Shred:
    goes = [f for f in segment.frames if read.is_cut(cut, segment.writer, f.number, f.payload)]
    gone = {found.number for found in goes}
    return Shred(
        archived=archived,
        segment=segment,
        stays=[(found.number, found.payload) for found in segment.frames if found.number not in gone],
        goes=len(goes),
        decisions=sum(_kind(segment.writer, found) == KEPT for found in goes),
        values={value for found in goes for value in references(segment.writer, found)},
    )


def references(writer: str, found: frame.Frame) -> Iterator[str]:
    """The side file that an event names, if it names one."""
    try:
        body = read.event(writer, found.payload).body
    except CorruptData:
        return
    if is_reference(body):
        yield str(body[MARK])


def ours(folder: Path, orchestrator: str) -> list[archive.Archived]:
    """What the archive of the journal in `folder` has of an orchestrator."""
    return [archived for archived in archive.listing(folder / "archive") if archived.orchestrator == orchestrator]


def _time(writer: str, found: frame.Frame) -> int:
    try:
        return read.event(writer, found.payload).time
    except CorruptData:
        return 0


def _kind(writer: str, found: frame.Frame) -> str:
    try:
        return read.event(writer, found.payload).kind
    except CorruptData:
        return ""
