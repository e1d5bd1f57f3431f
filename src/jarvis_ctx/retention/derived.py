"""What the tables beside the events hold, made from the events: the last record of each task, step and run."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from jarvis_ctx.journal import fold
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.model.state import State
from jarvis_ctx.model.step import StepRecord
from jarvis_ctx.model.task import TaskRecord


class Derived(msgspec.Struct, frozen=True, kw_only=True):
    """The records by their ids; those of tasks, steps and runs that have left the state, too."""

    tasks: dict[str, TaskRecord] = {}
    steps: dict[tuple[str, str], StepRecord] = {}
    runs: dict[str, RunRecord] = {}


def derived(events: Iterable[Event], present: State) -> Derived:
    """The records that `events` make, and those of the `present` state, which knows what was cleaned up as well.

    A task that has retired and of which the first events were cleaned up has what the others say.
    """
    found = Derived()
    state = fold.empty(present.name, 1)
    for event in sorted(events, key=lambda event: event.stamp):
        if fold.is_fenced(present, event):
            continue
        if event.kind == "TaskRetired" and (retired := state.tasks.get(event.subject)) is not None:
            found.tasks[event.subject] = retired
        fold.apply(state, event)
        _note(found, state, event)
    found.tasks.update(present.tasks)
    found.runs.update(present.runs)
    for steps in present.steps.values():
        found.steps.update({(step.task, step.key): step for step in steps.values()})
    return found


def _note(found: Derived, state: State, event: Event) -> None:
    """Before a later event takes it out of the state."""
    if event.kind.startswith("Step"):
        step = state.steps.get(event.subject, {}).get(str(event.body.get("key")))
        if step is not None:
            found.steps[event.subject, step.key] = step
    run = state.runs.get(event.subject)
    if run is not None:
        found.runs[run.id] = run
