"""Checks every digest of the journal's files: segments, archive, side files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from jarvis_ctx.disk.progress import Tell, unwatched
from jarvis_ctx.errors import CorruptData, WrongEncryptionKey
from jarvis_ctx.insight.findings import ok, problem, warning
from jarvis_ctx.insight.view import View
from jarvis_ctx.journal import archive, frame, read
from jarvis_ctx.journal.values import FOLDER as VALUES
from jarvis_ctx.journal.values import NAME, Values
from jarvis_ctx.model.finding import Finding
from jarvis_ctx.recovery.wording import number

REBUILT = (
    "start the orchestrator: the database and the archive are asked for what is missing, the report names the rest"
)
FROM_BACKUP = "restore the file from a backup; the database still has its events, within the retention horizon"


def check(view: View, tell: Tell = unwatched) -> Iterator[Finding]:
    """Everything the journal's folder holds, of all orchestrators of the store; `tell` is told of each file."""
    journal, values = view.folder / "journal", view.values
    yield from _segments(journal, values, tell, live=view.pulse().live_pid is not None)
    yield from _archive(journal / "archive", values, tell)
    yield from _values(journal / VALUES, tell)


def _segments(journal: Path, values: Values, tell: Tell, *, live: bool) -> Iterator[Finding]:
    count = events = torn = 0
    found_bad = False
    for path in read.segment_files(journal):
        try:
            segment = read.read_segment(path)
        except FileNotFoundError:
            continue  # It was archived while we looked.
        except msgspec.DecodeError as error:
            found_bad = True
            yield problem("segments", f"{path.name} cannot be read: {error}.", REBUILT)
            continue
        count, events = count + (segment.opening is not None), events + len(segment.frames)
        torn += not live and _has_torn_tail(segment)
        for sentence in _faults(segment, values):
            found_bad = True
            yield problem("segments", sentence, REBUILT)
        tell(path.stat().st_size if path.exists() else 0)
    if not found_bad:
        tail = f"; {torn} end in a write that was cut off and was never acknowledged" if torn else ""
        yield ok("segments", f"{number(count, 'segment')} verified, with {number(events, 'event')}{tail}.")


def _faults(segment: read.SegmentData, values: Values) -> Iterator[str]:
    name = segment.path.name
    for hole in segment.holes:
        yield f"{name} has {hole.length:,} damaged bytes at {hole.offset:,}."
    if segment.frames and segment.opening is None:
        yield f"{name} has lost its first frame, so nobody can say whose events it holds."
    if not segment.frames and segment.opening is None and any(segment.path.read_bytes()):
        yield f"{name} holds nothing that can be read."
    yield from unread(segment, values)


def unread(segment: read.SegmentData, values: Values) -> Iterator[str]:
    """Why the bodies of a segment's events cannot be read, up to the first: side files, and what is sealed."""
    try:
        for _ in read.events(segment, 0, values):
            pass
    except (CorruptData, WrongEncryptionKey) as error:
        yield f"{segment.path.name}: {error}"


def _has_torn_tail(segment: read.SegmentData) -> bool:
    if segment.seal is not None or not segment.frames:
        return False
    final = segment.frames[-1]
    return any(segment.path.read_bytes()[final.offset + frame.size(len(final.payload)) :])


def _archive(folder: Path, values: Values, tell: Tell) -> Iterator[Finding]:
    listing = archive.listing(folder)
    found_bad = False
    for archived in listing:
        for finding in _archived(archived, values):
            found_bad = True
            yield finding
        tell(archived.path.stat().st_size if archived.path.exists() else 0)
    if listing and not found_bad:
        yield ok("archive", f"{number(len(listing), 'archived segment')} verified.")


def _archived(archived: archive.Archived, values: Values) -> Iterator[Finding]:
    try:
        segment = archive.read_archived(archived)
    except FileNotFoundError:
        return  # It was cleaned up while we looked.
    except (CorruptData, OSError, msgspec.DecodeError) as error:
        yield problem("archive", str(error), FROM_BACKUP)
        return
    for sentence in unread(segment, values):
        yield problem("archive", sentence, FROM_BACKUP)
    for hole in segment.holes:
        sentence = f"{archived.path.name} has {hole.length:,} bytes that were damaged before it was archived."
        yield warning("archive", sentence, "see the recovery report of that time; the database may have those events")


def _values(folder: Path, tell: Tell) -> Iterator[Finding]:
    paths = [path for path in sorted(folder.glob("*")) if NAME.fullmatch(path.name)] if folder.is_dir() else []
    found_bad = False
    for path in paths:
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != path.name:
            found_bad = True
            remedy = "restore it from a backup; recovery leaves out the event it belongs to, and says so"
            yield problem("side files", f"{path.name} is not what was written.", remedy)
        tell(len(data))
    if paths and not found_bad:
        yield ok("side files", f"{number(len(paths), 'side file')} verified.")
