"""Checks of the database: that it opens, which library reads it, that its events are as they were written."""

from __future__ import annotations

from collections.abc import Iterator

from jarvis_ctx.checkpoint.contents import state_of
from jarvis_ctx.disk.progress import Tell, unwatched
from jarvis_ctx.errors import CorruptData, WrongEncryptionKey
from jarvis_ctx.insight.checkup.journal import known_marks
from jarvis_ctx.insight.findings import ok, problem, warning
from jarvis_ctx.insight.view import View
from jarvis_ctx.journal import frame, read
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.model.finding import Finding
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery.healings import healings
from jarvis_ctx.recovery.healings import sentence as sentence_of
from jarvis_ctx.recovery.wording import number, size, span

MANY = 10_000
"""Events in the journal alone, from which on a live drain is called late."""
RESTART = "start the orchestrator: what is damaged is moved aside and rebuilt from journal and archive"
ANEW = "stop the orchestrator and run: jarvis-ctx rebuild, which makes the database anew from the files"


def check(view: View) -> Iterator[Finding]:
    """Opening, engine, rows, drain."""
    if not view.pulse().damaged:
        yield from _engine(view)
    yield from sound(view)
    yield from digests(view)
    yield from _healed(view)
    yield _drain(view)


def sound(view: View) -> Iterator[Finding]:
    """What of the whole database, of all orchestrators, does not fit together, if it opens."""
    for sentence in [] if view.pulse().damaged else view.queries.faults():
        yield problem("database", sentence, ANEW)


def digests(view: View, tell: Tell = unwatched) -> Iterator[Finding]:
    """Every event and every checkpoint that the database has of this orchestrator, if it opens."""
    for sentence in view.pulse().damaged:
        yield problem("database", sentence, RESTART)
    if view.pulse().damaged:
        return
    yield from _rows(view, tell)
    yield from _snapshots(view, tell)


def _healed(view: View) -> Iterator[Finding]:
    state = view.state()
    for healed in healings(state, state.latest_run.id if state.latest_run else ""):
        remedy = "nothing is lost; look at the disk, and at who else writes in the folder"
        yield warning("database", sentence_of(healed), remedy)


def _engine(view: View) -> Iterator[Finding]:
    facts = view.queries.facts()
    library = f" ({facts['library']})" if "library" in facts else ""
    schema = f", schema {facts['schema']}" if "schema" in facts else ""
    yield ok(
        "database",
        f"It opens: {facts['engine']} {facts['version']}{library}{schema}, {number(facts['events'], 'event')}, "
        f"{size(facts['bytes'])}.",
    )
    if facts.get("vulnerable"):
        sentence = f"SQLite {facts['version']} can corrupt a database that several processes write (WAL-reset bug)."
        yield warning("SQLite", sentence, "pip install pysqlite3, or a Python with SQLite 3.51.3 or newer")


def _rows(view: View, tell: Tell) -> Iterator[Finding]:
    state, store = view.state(), view.layers().events
    had, cut = _drained(view, state), state.cut.position
    checked = beyond = 0
    bad: list[str] = []
    unread: list[str] = []
    for row in store.events(view.name, {}) if store is not None else []:
        checked += 1
        beyond += row.number > cut.get(row.writer, 0)
        if frame.digester(row.writer)(row.number, row.payload.encode()).hex() != row.digest:
            bad.append(f"{row.number} of writer {row.writer}")
        else:
            unread += _unread(row, view)
        tell(len(row.payload))
    if bad:
        sentence = f"Not as written in the database: {number(len(bad), 'event')}, first number {bad[0]}."
        yield problem("events", sentence, ANEW)
    if unread:
        sentence = f"Not to be read in the database: {number(len(unread), 'event')}. {unread[0]}"
        yield problem("events", sentence, ANEW)
    if beyond < had:
        sentence = (
            f"The database lacks {number(had - beyond, 'event')} that it had: was an older copy put in its place?"
        )
        yield problem("events", sentence, "start the orchestrator: they are taken from journal and archive again")
    if not bad and not unread and beyond >= had:
        yield ok("events", f"{number(checked, 'event')} of {view.name} in the database verified.")


def _unread(row: StoredEvent, view: View) -> Iterator[str]:
    """Why the body of an event cannot be read, though it is as it was written."""
    try:
        read.event(row.writer, row.payload.encode(), view.values)
    except (CorruptData, WrongEncryptionKey) as error:
        yield str(error)


def _snapshots(view: View, tell: Tell) -> Iterator[Finding]:
    good, bad = 0, []
    for header in view.snapshots.headers(view.name):
        try:
            kept = view.snapshots.get(header.id)
            if kept is not None:  # Else it was thinned away while we looked.
                state_of(kept, f"Snapshot {header.id}")
                good += 1
                tell(len(kept.state))
        except (CorruptData, WrongEncryptionKey) as error:
            bad.append(str(error))
    for sentence in bad:
        yield warning("snapshots", sentence, "recovery passes it over and uses another one, a file or the events")
    if not bad:
        yield ok("snapshots", f"{number(good, 'checkpoint')} in the database verified.")


def _drained(view: View, state: State) -> int:
    """How many events beyond what was cleaned up the marks say the database has been given."""
    fences, cut = state.fences, state.cut.position
    given = ((mark.writer, min(mark.drained, fences.get(mark.writer, mark.drained))) for mark in known_marks(view))
    return sum(max(0, last - cut.get(writer, 0)) for writer, last in given)


def _drain(view: View) -> Finding:
    pulse = view.pulse()
    if pulse.backlog_waits:
        slow = f"Calls were slowed down {number(pulse.backlog_waits, 'time')}, for {span(pulse.backlog_seconds)}"
        remedy = "the database cannot keep up: look at its disk, and at who else has it open; or raise backlog_bytes"
        return warning("drain", f"{slow} in all, as backlog_bytes waited in the journal.", remedy)
    if pulse.drain_error:
        remedy = "nothing is lost meanwhile; look at the reason, at disk space and at who else has the database open"
        return problem("drain", f"Events wait in the journal: {pulse.drain_error}", remedy)
    if pulse.sync_error:
        remedy = "the disk may be failing: calls are kept, but a power loss would take them; move the store"
        return problem("sync", f"The journal cannot be synced: {pulse.sync_error}", remedy)
    if pulse.appended is None or pulse.drained is None:
        return ok("drain", "No run has a mark, so nothing waits to be drained.")
    waiting = max(0, pulse.appended - pulse.drained)
    if pulse.live_pid is None:
        if not waiting:
            return ok("drain", "Nothing waits in the journal.")
        return ok(
            "drain", f"{number(waiting, 'event')} in the journal alone: the next start moves them into the database."
        )
    if waiting > MANY:
        remedy = "nothing is lost; if it does not shrink, see whether another process holds drain.lock"
        return warning("drain", f"{number(waiting, 'event')} of the live run in the journal alone.", remedy)
    return ok("drain", f"{number(waiting, 'event')} on the way into the database.")
