"""All there is to know of one task: how it stands, its calls and steps, its last error, what was decided about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from jarvis_ctx.clock import iso
from jarvis_ctx.insight import entries, history, tasks, timeline
from jarvis_ctx.insight.history import Past
from jarvis_ctx.insight.timeline import Wanted
from jarvis_ctx.insight.view import View
from jarvis_ctx.journal import fold
from jarvis_ctx.model.entries import Decision, line
from jarvis_ctx.model.event import PROJECTED_KINDS
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.part import NOWHERE, part_of
from jarvis_ctx.model.state import State
from jarvis_ctx.model.step import StepRecord
from jarvis_ctx.model.task import Attempt

KINDS = tuple(sorted(PROJECTED_KINDS))
STEPS = tuple(kind for kind in KINDS if kind.startswith("Step"))
HEARD, DECIDED = 200, 200
"""The latest of what its steps told, and of all decisions, that are looked at."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call that worked on it."""

    method: str
    number: int
    run: str
    began: str
    ended: str | None
    outcome: str | None
    alone: bool
    why: str
    """Why it has no result, where that is known."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One of its steps."""

    name: str
    status: str
    in_doubt: bool
    """It had no end in a run that is over."""
    starts: int
    error: str
    updated: str
    run: str


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """One task."""

    id: str
    task: dict[str, Any] | None
    """As among the tasks; None once it has left the state."""
    known: list[str]
    """What it waits for that is a task."""
    after: list[str]
    """The tasks that led to it."""
    waited_for_by: list[str]
    calls: list[Call]
    steps: list[Step]
    """In the order they were last heard of."""
    steps_more: bool
    """Whether its steps told more, before the latest."""
    error: dict[str, Any] | None
    decisions: list[dict[str, Any]]
    events: list[dict[str, Any]]
    """The latest, the newest first."""
    more: bool
    """Whether there are earlier ones."""

    def plain(self) -> dict[str, Any]:
        """As plain data, what was given exactly as it was."""
        fields = msgspec.structs.asdict
        return {
            **fields(self),
            "calls": [fields(one) for one in self.calls],
            "steps": [fields(one) for one in self.steps],
        }


def dossier(view: View, id: str, most: int) -> Dossier | None:
    """One task with its latest `most` events; None where nobody has ever named it."""
    state = view.state()
    task = state.tasks.get(TaskId(id))
    past = history.page(view, Wanted(kinds=KINDS, subject=id), most)
    if task is None and not past.events:
        return None
    heard = history.present(view, Wanted(kinds=STEPS, subject=id), HEARD)
    part = part_of(task) if task is not None else NOWHERE
    waits = (*task.dependencies, *task.blockers) if task is not None else ()
    return Dossier(
        id=id,
        task=tasks.line(task, state) if task is not None else None,
        known=[name for name in waits if name in state.tasks],
        after=[name for name in part.after if name in state.tasks],
        waited_for_by=[other.id for other in state.tasks.values() if id in other.dependencies or id in other.blockers],
        calls=[_call(attempt, state) for attempt in task.attempts.values()] if task is not None else [],
        steps=[_step(step, state) for step in _steps(heard, state, id)],
        steps_more=heard.before is not None,
        error=_error(view, id),
        decisions=[line(one) for one in reversed(_decisions(view, state)) if _names(one, id)],
        events=[timeline.line(event) for event in past.events],
        more=past.before is not None,
    )


def _call(attempt: Attempt, state: State) -> Call:
    run = state.runs.get(attempt.run)
    of_it = run is not None and attempt.outcome == "died" and not attempt.undone
    died = str(run.cause.get("sentence", "")) if run is not None and of_it else ""
    return Call(
        method=attempt.method,
        number=attempt.number,
        run=attempt.run,
        began=iso(attempt.claimed),
        ended=iso(attempt.ended) if attempt.ended is not None else None,
        outcome=attempt.outcome,
        alone=attempt.alone,
        why=died or attempt.lost,
    )


def _steps(heard: Past, state: State, id: str) -> list[StepRecord]:
    """Its steps in the order they were last heard of: those of a task that is done have left the state."""
    told = fold.empty(state.name, state.history)
    for event in reversed(heard.events):
        fold.apply(told, event)
    found = told.steps.get(id, {}) | state.steps.get(id, {})
    return sorted(found.values(), key=lambda step: step.updated)


def _step(step: StepRecord, state: State) -> Step:
    run, latest = state.runs.get(step.run), state.latest_run
    over = run is None or run is not latest or run.ended is not None
    return Step(
        name=step.name,
        status=step.status,
        in_doubt=step.status == "started" and over,
        starts=step.starts,
        error=step.error,
        updated=iso(step.updated[0]),
        run=step.run,
    )


def _error(view: View, id: str) -> dict[str, Any] | None:
    """What the latest call that raised has raised: `time`, and as far as known `type`, `message` and `traceback`."""
    failed = history.present(view, Wanted(kinds=("TaskFailed",), subject=id), 1).events
    if not failed:
        return None
    line = timeline.line(failed[0])
    said = line["body"].get("error")
    return {"time": line["time"], **(said if isinstance(said, dict) else {"message": said})}


def _decisions(view: View, state: State) -> list[Decision]:
    """The latest of all, oldest first."""
    tail, where = state.decisions, (view.queries, view.name, view.values)
    return entries.latest(tail, "DecisionLogged", DECIDED, *where, restores=state.restores)


def _names(one: Decision, id: str) -> bool:
    """Whether a decision is about the task: its id is a value in what was decided, about what or with which details."""
    return any(leaf == id for said in (one.context, one.decision, one.outcome, one.details) for leaf in _leaves(said))


def _leaves(found: Any) -> Iterator[Any]:
    open_ = [found]
    while open_:
        one = open_.pop()
        if isinstance(one, dict):
            open_ += one.values()
        elif isinstance(one, list | tuple | set | frozenset):
            open_ += one
        elif isinstance(one, str):
            yield one
