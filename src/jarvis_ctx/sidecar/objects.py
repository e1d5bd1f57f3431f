"""Wires the state of the person's own objects: the events since it was kept, and what the report says of it."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from jarvis_ctx.capture.restoring import Restoring
from jarvis_ctx.capture.sink import Sink
from jarvis_ctx.capture.state_source import Reasons
from jarvis_ctx.capture.state_values import Seal
from jarvis_ctx.capture.states import ObjectStates, Stored
from jarvis_ctx.codec import exact
from jarvis_ctx.journal import fold
from jarvis_ctx.journal.fold_objects import OBJECT_HANDLERS
from jarvis_ctx.journal.gather import gather
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.object_state import ObjectState
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.model.restored import stands_on
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.recovery.code import CodeGuard
from jarvis_ctx.recovery.ground import Ground


def object_states(
    ground: Ground,
    journal: Journal,
    sink: Sink,
    stored: Stored,
    run: RunRecord,
    runs: frozenset[str],
    report: RecoveryReport | None,
) -> ObjectStates:
    """The states of `run`'s objects; `runs` are those of its chain of crashes. After a clean end none is given back."""
    chosen, before = ground.settings, runs - {run.id}
    seal = Seal(ground.key, chosen.name)
    restoring = None
    if report is not None and not report.resume_refused:
        since = partial(events_since, ground, journal, before)
        restoring = Restoring(sink, seal=seal, runs=before, since=since)
    return ObjectStates(
        sink,
        stored=stored,
        run=run,
        seal=seal,
        clock=ground.clock,
        interval=chosen.state_interval,
        limit=chosen.max_value_bytes,
        after_claims=chosen.resume != "report",
        restoring=restoring,
    )


def events_since(ground: Ground, journal: Journal, runs: frozenset[str], kept: ObjectState) -> list[Event]:
    """What `runs` told after a state was captured, in order, the bodies as they were given."""
    state, epoch = journal.writer.state, max(writer[:8] for writer in kept.position)
    position = {writer: number for writer, number in dict(state.position).items() if writer[:8] < epoch}
    position |= {**kept.position, journal.writer.writer: journal.writer.number}
    marks = list(ground.marks.writers())
    found = gather(journal.folder, state.name, position, ground.store.events, marks, journal.values).events
    known = [e for e in found if e.run in runs and e.kind not in OBJECT_HANDLERS and not fold.is_fenced(state, e)]
    wanted = [event for event in known if stands_on(state.restores, state.position, event)]
    return [replace(event, body=exact.from_tree(event.body)) for event in sorted(wanted, key=lambda e: e.stamp)]


def note(guard: CodeGuard, name: str, refused: Reasons) -> None:
    """Note in the report, in memory and on disk, that an object was given its state back."""
    report = guard.report
    if report is not None:
        lines = [
            replace(line, restored=True, not_restored=dict(refused)) if line.id == name else line
            for line in report.objects
        ]
        guard.rewrite(replace(report, objects=lines))
