"""Which of a recovery report's steps in doubt are still in doubt."""

from __future__ import annotations

from jarvis_ctx.model.report import RecoveryReport, StepLine
from jarvis_ctx.model.state import State


def still(report: RecoveryReport, state: State) -> list[StepLine]:
    """The steps that nobody has asked about and that were not begun again since, nor left behind by their task."""
    return [line for line in report.steps_in_doubt if _is_open(line, report, state)]


def _is_open(line: StepLine, report: RecoveryReport, state: State) -> bool:
    step = state.steps.get(line.task, {}).get(line.key)
    if step is None or step.status != "started":
        return False
    run = state.runs.get(step.run)
    return run is None or run.epoch < report.epoch
