"""Checks of the database: that it opens, which library reads it, that its events are as they were written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from jarvis_ctx.insight.findings import Finding, ok, problem, warning
from jarvis_ctx.insight.view import View
from jarvis_ctx.journal import frame
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.model.event import Kind

PAGE = 1_000
MANY = 10_000
"""Events in the journal alone, from which on a live drain is called late."""


def check(view: View) -> Iterator[Finding]:
    """Opening, engine, rows, drain."""
    damaged = view.pulse().damaged
    for sentence in damaged:
        remedy = "start the orchestrator: what is damaged is moved aside and rebuilt from journal and archive"
        yield problem("database", sentence, remedy)
    if not damaged:
        yield from _engine(view)
        yield _rows(view)
    yield _drain(view)


def _engine(view: View) -> Iterator[Finding]:
    facts = view.facts()
    library = f" ({facts['library']})" if "library" in facts else ""
    schema = f", schema {facts['schema']}" if "schema" in facts else ""
    yield ok(
        "database",
        f"It opens: {facts['engine']} {facts['version']}{library}{schema}, {facts['events']:,} events, "
        f"{facts['bytes'] / 1e6:,.1f} MB.",
    )
    if facts.get("vulnerable"):
        sentence = f"SQLite {facts['version']} can corrupt a database that several processes write (WAL-reset bug)."
        yield warning("SQLite", sentence, "pip install pysqlite3, or a Python with SQLite 3.51.3 or newer")


def _rows(view: View) -> Finding:
    checked, bad = 0, []
    for kind in get_args(Kind):
        for row in _all(view, kind):
            checked += 1
            if frame.digester(row.writer)(row.number, row.payload.encode()).hex() != row.digest:
                bad.append(f"{row.number} of writer {row.writer}")
    if bad:
        sentence = f"{len(bad)} events in the database are not as they were written, first number {bad[0]}."
        remedy = "stop the orchestrator, move jarvis_context.db away and start it: it is rebuilt from the files"
        return problem("events", sentence, remedy)
    return ok("events", f"All {checked:,} events of {view.name} in the database are as they were written.")


def _all(view: View, kind: str) -> Iterator[StoredEvent]:
    before: int | None = None
    while rows := view.queries.entries(view.name, kind, PAGE, before):
        yield from rows
        before = frame_time(rows[0])


def frame_time(row: StoredEvent) -> int:
    """When an event happened, µs: the second item of its payload. A damaged one ends the walk."""
    try:
        return int(row.payload.split(",", 2)[1])
    except (IndexError, ValueError):
        return 0


def _drain(view: View) -> Finding:
    pulse = view.pulse()
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
        after = ": the next start moves them into the database" if waiting else ""
        return ok("drain", f"{waiting:,} events wait in the journal{after}.")
    if waiting > MANY:
        remedy = "nothing is lost; if it does not shrink, see whether another process holds drain.lock"
        return warning("drain", f"{waiting:,} events wait in the journal of the live run.", remedy)
    return ok("drain", f"{waiting:,} events wait to be drained.")
