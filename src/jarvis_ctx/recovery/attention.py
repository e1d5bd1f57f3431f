"""What in a recovery report wants a person's attention, a point each: what is lost, in doubt, not kept or changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from jarvis_ctx.model.report import RecoveryReport, StepLine
from jarvis_ctx.recovery.wording import columns, listed, more, number, state_problems, wrap

ASKED = (
    'When its task runs again, a step that names whom to ask (steps={"method": find_it} or '
    "durable_step(reconcile=find_it)) is asked about; any other is done again, unless on_doubt= says otherwise. "
    "Look after those before"
)
NOT_ASKED = "Nobody is asked, and a step that is called again is done again, so look after it before"
DOUBTS = {
    "reconcile": "its reconcile is asked",
    "run": "done again",
    "fail": "its call raises StepInDoubt",
    "skip": "taken for done",
}


def attention(report: RecoveryReport, doubts: Sequence[StepLine], width: int, limit: int) -> Iterator[str]:
    """Lines of `width` columns, at most `limit` entries of a list; `doubts` are the steps still in doubt."""
    for sentence in _lost(report):
        yield from _point(sentence, width)
    yield from _some(report.damage, width, limit)
    for sentence in report.healed:
        yield from _point(sentence, width)
    yield from _in_doubt(report, doubts, width, limit)
    for kept in report.objects:
        for sentence in state_problems(msgspec.structs.asdict(kept)):
            yield from _point(sentence, width)
    yield from _some(_quarantined(report), width, limit)
    for sentence in _different(report):
        yield from _point(sentence, width)


def _lost(report: RecoveryReport) -> Iterator[str]:
    for writer, ranges in report.events_lost.items():
        shown = listed([f"{first:,}" if first == last else f"{first:,}-{last:,}" for first, last in ranges])
        yield f"Lost: numbers {shown} of writer {writer} were written and are nowhere any more."
    if report.possibly_lost:
        yield report.possibly_lost
    if report.not_captured:
        calls = number(report.not_captured, "call")
        yield f"Not captured, so not known: {calls}; the last: {report.last_not_captured}"


def _quarantined(report: RecoveryReport) -> list[str]:
    unknown = "it was running alone when its process died, too often."
    tasks = [task for task in report.tasks if task.fate == "quarantined"]
    return [f"Task {task.id} is quarantined and will not run again: {task.quarantined or unknown}" for task in tasks]


def _different(report: RecoveryReport) -> Iterator[str]:
    """What is not as it was, or not as this recovery was told to do it."""
    if report.resume_refused:
        yield f"Calls are not changed by this recovery: {report.resume_refused}."
    if report.code_changed:
        yield f"The code has changed since: {listed(report.code_changed)}."
    if report.machine_changed:
        yield f"The machine is not as it was: {listed(report.machine_changed)}."
    for kind, count in report.unreadable.items():
        yield f"{number(count, 'event')} of kind {kind} cannot be read by this version."


def _in_doubt(report: RecoveryReport, steps: Sequence[StepLine], width: int, limit: int) -> Iterator[str]:
    if steps:
        asks = report.resume != "report" and not report.resume_refused
        sentence = (
            f"{number(len(steps), 'step')} in doubt: started, with no recorded end, so the effect may have happened or "
            f"not. {ASKED if asks else NOT_ASKED}:"
        )
        yield from _point(sentence, width)
        rows = [(step.task, step.name, _when_in_doubt(step, report)) for step in steps[:limit]]
        yield from columns(rows, width, "    ")
        yield from more(steps, limit, "    ")


def _when_in_doubt(step: StepLine, report: RecoveryReport) -> str:
    done = "it returned, but its result could not be kept; " if step.error else ""
    if report.resume == "report" or report.resume_refused:
        return done + "done again, if it is called"
    return done + DOUBTS.get(step.doubt, step.doubt)


def _some(sentences: Sequence[str], width: int, limit: int) -> Iterator[str]:
    for sentence in sentences[:limit]:
        yield from _point(sentence, width)
    yield from more(sentences, limit, "  ")


def _point(sentence: str, width: int) -> Iterator[str]:
    yield from wrap(f"- {sentence}", width, "  ", "  ")
