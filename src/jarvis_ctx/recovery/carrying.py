"""What a start does about each task: its result kept, resumed, re-run, quarantined, or left as it is."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from jarvis_ctx.capture.unfinished import Unfinished
from jarvis_ctx.model.report import TaskLine
from jarvis_ctx.model.state import State


def carried(lines: Sequence[TaskLine], state: State, *, skip: bool, again: Sequence[Unfinished]) -> list[TaskLine]:
    """The tasks' lines with what becomes of them; `again` are the calls that the sidecar makes, or cannot make."""
    refused: dict[str, str] = {call.task: call.refused for call in reversed(again) if call.refused}
    called: set[str] = {call.task for call in again if not call.refused}
    return [_carried(line, state, skip, line.id in called, refused.get(line.id, "")) for line in lines]


def _carried(line: TaskLine, state: State, skip: bool, called: bool, refused: str) -> TaskLine:
    if line.fate == "quarantined":
        return replace(line, next="quarantined")
    if not skip or (line.attempts == 0 and not called):
        return line
    if line.fate == "done" and line.kept_result:
        return replace(line, next="kept")
    resumed = any(step.kept for step in state.steps.get(line.id, {}).values())
    by = "sidecar" if called else "program"
    return replace(line, next="resumed" if resumed else "re-run", by=by, not_redispatched=refused)
