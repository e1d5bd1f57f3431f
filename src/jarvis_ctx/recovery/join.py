"""Takes part in a live run from a process that its own has started."""

from __future__ import annotations

from msgspec.structs import replace

from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.journal.segment import new_writer
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.recovery import reports
from jarvis_ctx.recovery.begin import Begun, journal_of
from jarvis_ctx.recovery.ground import Ground
from jarvis_ctx.recovery.plan import Plan
from jarvis_ctx.recovery.rebuild import rebuild
from jarvis_ctx.settings import Settings


def join(ground: Ground) -> Begun:
    """The live run, with a pen of this process's own; the run's own process drains what it writes.

    Raises `Fenced` where a newer run has begun meanwhile, and `StoreUnavailable` where none goes on.
    """
    name, epoch = ground.settings.name, ground.marks.epoch(ground.settings.name)
    rebuilt = rebuild(ground.layers, ground.clock.steady)
    run = rebuilt.state.latest_run
    if run is None or run.epoch != epoch or run.ended is not None:
        raise StoreUnavailable(path=str(ground.folder), reason=f"no run of {name!r} goes on that could be joined")
    journal = journal_of(ground, replace(run, writer=new_writer(epoch)), rebuilt, drains=False)
    if journal.writer.overtaken:  # Looked at once it has its mark: a run that begins fences those it finds.
        journal.let_go()
        raise journal.writer.fenced()
    return Begun(run=run, journal=journal, rebuilt=rebuilt, leases=[], plan=_plan(ground, run))


def _plan(ground: Ground, run: RunRecord) -> Plan | None:
    """What the run's own process has planned at its beginning, as far as it concerns calls made here."""
    report = reports.latest(ground.folder, run.name, ground.seals)
    if report is None or report.run != run.id:
        return None
    skip = _skips(report, ground.settings)
    in_flight = {TaskId(task.id) for task in report.tasks if task.fate == "in-flight"}
    suspects = in_flight if skip and not report.cause.explained else set()
    return Plan(events=[], suspects=suspects, skip=skip, redispatch=[], report=report)


def _skips(report: RecoveryReport, settings: Settings) -> bool:
    forgets = bool(report.code_changed) and settings.on_code_change == "fresh"
    return settings.resume != "report" and not report.resume_refused and not forgets
