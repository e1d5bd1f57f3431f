"""Checks of the journal: segments, archive and side files verify, and nothing that was marked is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from jarvis_ctx.clock import seconds
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.insight.findings import Finding, ok, problem, warning
from jarvis_ctx.insight.view import View
from jarvis_ctx.journal import archive, frame, read
from jarvis_ctx.journal.marks import SLOTS, Marks, WriterMark
from jarvis_ctx.journal.values import NAME, Values
from jarvis_ctx.liveness.runfile import RunFile
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.recovery.wording import number, span

LATE = 60
"""Seconds without a sync, with something to sync, from which on it is called late: sync_interval is 1 by default."""
REBUILT = (
    "start the orchestrator: the database and the archive are asked for what is missing, the report names the rest"
)

REPORTED = "see the recovery reports; the events may be in a backup. Move reports that are dealt with out of the folder"


def check(view: View) -> Iterator[Finding]:
    """Marks against what is found, segments, archive, side files."""
    journal = view.folder / "journal"
    if not journal.is_dir():
        yield problem("journal", f"{journal} is missing.", "restore it from a backup, or start anew in another folder")
        return
    yield from _marks(view)
    yield from _room(view)
    yield from _unread(view)
    yield from _sync(view)
    yield from _segments(journal, view.values, live=view.pulse().live_pid is not None)
    yield from _archive(journal / "archive")
    yield from _values(journal / "values")


def _marks(view: View) -> Iterator[Finding]:
    try:
        marks = _read_marks(view)
    except FileNotFoundError:
        yield warning("marks", "There are no marks, so a lost tail could not be noticed.", "the next start makes them")
        return
    except CorruptData as error:
        yield problem("marks", str(error), "the next start moves them aside; a tail lost before that goes unnoticed")
        return
    state = view.state()
    missing = 0
    for mark in marks:
        expected = min(mark.appended, state.fences.get(mark.writer, mark.appended))
        missing += max(0, expected - state.position.get(mark.writer, 0))
    lost = _reported_lost(view)
    if missing:
        yield problem("marks", f"{number(missing, 'event')} known to have been written: nowhere any more.", REBUILT)
    elif lost:
        yield problem("marks", f"An earlier death cost {number(sum(lost.values()), 'event')}.", REPORTED)
    else:
        yield ok("marks", f"Every event the marks know of is there ({_written(marks)}).")


def _reported_lost(view: View) -> dict[str, int]:
    """How many events of each writer the recovery reports name as lost: a later start counts on without them."""
    lost: dict[str, int] = {}
    for path in sorted(view.folder.glob(f"recovery_report_{view.name}.*.json")):
        try:
            report = msgspec.json.decode(path.read_bytes(), type=RecoveryReport)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            continue  # That it cannot be read loses no event.
        for writer, ranges in report.events_lost.items():
            lost[writer] = max(lost.get(writer, 0), sum(last - first + 1 for first, last in ranges))
    return lost


def _room(view: View) -> Iterator[Finding]:
    try:
        marks = Marks(view.folder / "journal" / "marks", mapped=False, viewer=True)
    except (FileNotFoundError, CorruptData):
        return  # That they are missing or damaged is told already.
    try:
        taken = marks.taken()
    finally:
        marks.close()
    if taken > 0.8 * SLOTS:
        sentence = f"{taken} of {SLOTS} marks are taken; with all of them taken by living writers no other can write."
        yield warning("marks", sentence, "run fewer processes that capture into this store at a time")


def _unread(view: View) -> Iterator[Finding]:
    pulse = view.pulse()
    if pulse.writers_refused:
        times = number(pulse.writers_refused, "time")
        sentence = f"A process was refused a mark {times}, as all are taken: what it then captured was not stored."
        yield problem("marks", sentence, "run fewer processes that capture into this store at a time")
    for sentence in pulse.unread:
        remedy = "the run goes on without it; restore the file from a backup, and the next start reads it again"
        yield problem("events", f"The live run could not read this: {sentence}", remedy)


def _sync(view: View) -> Iterator[Finding]:
    """Seen from outside, where nobody tells why a live run does not sync."""
    run = RunFile(view.folder, view.name).read()
    for mark in known_marks(view) if view.pulse().live_pid is not None else []:
        behind = mark.appended - mark.synced
        if run is not None and mark.writer == run.writer and behind > 0:
            since = seconds(view.now() - (mark.sync_time or run.started))
            if since > LATE:
                sentence = f"{number(behind, 'event')} not synced to disk, the last sync was {span(since)} ago."
                yield warning("sync", sentence, "see the log of the run; a power loss now would take them")


def known_marks(view: View) -> list[WriterMark]:
    """What the marks say of this orchestrator's writers; nothing where there are none or they cannot be read."""
    try:
        return _read_marks(view)
    except (FileNotFoundError, CorruptData):
        return []


def _read_marks(view: View) -> list[WriterMark]:
    marks = Marks(view.folder / "journal" / "marks", mapped=False, viewer=True)
    try:
        return [mark for mark in marks.writers() if mark.orchestrator == view.name]
    finally:
        marks.close()


def _written(marks: list[WriterMark]) -> str:
    return f"{sum(mark.appended for mark in marks):,} by {number(len(marks), 'writer')}"


def _segments(journal: Path, values: Values, *, live: bool) -> Iterator[Finding]:
    count = events = torn = 0
    found_bad = False
    for paths in read.segment_paths(journal).values():
        for path in paths:
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
    try:
        for _ in read.events(segment, 0, values):
            pass
    except CorruptData as error:
        yield f"{name}: {error}"


def _has_torn_tail(segment: read.SegmentData) -> bool:
    if segment.seal is not None or not segment.frames:
        return False
    final = segment.frames[-1]
    return any(segment.path.read_bytes()[final.offset + frame.size(len(final.payload)) :])


def _archive(folder: Path) -> Iterator[Finding]:
    listing = archive.listing(folder)
    bad = []
    for archived in listing:
        try:
            archive.read_archived(archived)
        except (CorruptData, OSError, msgspec.DecodeError) as error:
            bad.append(str(error))
    for sentence in bad:
        remedy = "restore the file from a backup; the database still has its events, within the retention horizon"
        yield problem("archive", sentence, remedy)
    if listing and not bad:
        yield ok("archive", f"{number(len(listing), 'archived segment')} verified.")


def _values(folder: Path) -> Iterator[Finding]:
    paths = [path for path in sorted(folder.glob("*")) if NAME.match(path.name)] if folder.is_dir() else []
    bad = [path for path in paths if hashlib.sha256(path.read_bytes()).hexdigest() != path.name]
    for path in bad:
        remedy = "restore it from a backup; recovery leaves out the event it belongs to, and says so"
        yield problem("side files", f"{path.name} is not what was written.", remedy)
    if paths and not bad:
        yield ok("side files", f"{number(len(paths), 'side file')} verified.")
