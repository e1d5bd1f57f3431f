"""What the tables that people query show of sealed tasks, steps and runs: ids, times, statuses, counts, no contents."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.journal.ports import Batch
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.model.step import StepRecord
from jarvis_ctx.model.task import TaskRecord

SEALED = "[sealed]"
"""Stands where something is that only the events, which are sealed, tell."""

Veil = Callable[[Batch], Batch]


def veiled(batch: Batch) -> Batch:
    """`batch` with nothing in its records but ids, names, times, statuses, percentages and counts."""
    return replace(
        batch,
        tasks=[_task(task) for task in batch.tasks],
        steps=[_step(step) for step in batch.steps],
        runs=[_run(run) for run in batch.runs],
    )


def redacted(redaction: Redaction) -> Veil:
    """A veil over secrets alone."""
    return lambda batch: replace(
        batch, tasks=redaction(batch.tasks), steps=redaction(batch.steps), runs=redaction(batch.runs)
    )


def _task(task: TaskRecord) -> TaskRecord:
    return replace(
        task,
        description=_text(task.description),
        completed_subtasks=_texts(task.completed_subtasks),
        blockers=_texts(task.blockers),
        dependencies=_texts(task.dependencies),
        metadata={},
        quarantined=_text(task.quarantined),
    )


def _step(step: StepRecord) -> StepRecord:
    return replace(step, result=msgspec.UNSET, error=_text(step.error))


def _run(run: RunRecord) -> RunRecord:
    return replace(run, cause={"cause": run.cause["cause"]} if "cause" in run.cause else {})


def _text(text: str) -> str:
    return SEALED if text else ""


def _texts(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(SEALED for _ in texts)
