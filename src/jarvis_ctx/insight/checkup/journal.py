"""Checks of the journal: nothing that was marked is missing, all is synced, and every digest of it verifies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from jarvis_ctx.clock import seconds
from jarvis_ctx.errors import CorruptData
from jarvis_ctx.insight.checkup import digests
from jarvis_ctx.insight.checkup.digests import REBUILT
from jarvis_ctx.insight.findings import ok, problem, warning
from jarvis_ctx.insight.view import View
from jarvis_ctx.journal.marks import SLOTS, WriterMark, viewed
from jarvis_ctx.liveness.runfile import RunFile, names_in
from jarvis_ctx.model.finding import Finding
from jarvis_ctx.recovery import reports
from jarvis_ctx.recovery.wording import number, span

LATE = 60
"""Seconds without a sync, with something to sync, from which on it is called late: sync_interval is 1 by default."""
REPORTED = "see the recovery reports; the events may be in a backup. Move reports that are dealt with out of the folder"


def check(view: View) -> Iterator[Finding]:
    """Marks against what is found, segments, archive, side files."""
    journal = view.folder / "journal"
    if never_begun(view):
        yield warning("journal", "Nothing was ever captured here.", "attach its class: @integrate_context_manager")
        return
    if not journal.is_dir():
        yield problem("journal", f"{journal} is missing.", "restore it from a backup, or start anew in another folder")
        return
    yield from _marks(view)
    yield from _room(view)
    yield from _unread(view)
    yield from _sync(view)
    yield from digests.check(view)


def never_begun(view: View) -> bool:
    """Whether no run ever made a store here: what is looked at is supervised, and has no sidecar."""
    left = (view.folder / "journal", view.folder / "secret.key")
    return not (any(path.exists() for path in left) or names_in(view.folder))


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
    for report in reports.every(view.folder, view.name, view.seals):  # That one cannot be read loses no event.
        for writer, ranges in report.events_lost.items():
            lost[writer] = max(lost.get(writer, 0), sum(last - first + 1 for first, last in ranges))
    return lost


def _room(view: View) -> Iterator[Finding]:
    try:
        with closing(viewed(view.folder / "journal" / "marks")) as marks:
            taken = marks.taken()
    except (FileNotFoundError, CorruptData):
        return  # That they are missing or damaged is told already.
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
    with closing(viewed(view.folder / "journal" / "marks")) as marks:
        return [mark for mark in marks.writers() if mark.orchestrator == view.name]


def _written(marks: list[WriterMark]) -> str:
    return f"{sum(mark.appended for mark in marks):,} by {number(len(marks), 'writer')}"
