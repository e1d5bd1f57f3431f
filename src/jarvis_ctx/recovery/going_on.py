"""The calls that run while their orchestrator goes back go on: the state that comes back has them, and no others."""

from __future__ import annotations

from msgspec.structs import replace

from jarvis_ctx.journal.attempts import bounded
from jarvis_ctx.journal.fold_tasks import steps_of
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.state import State
from jarvis_ctx.model.step import StepRecord
from jarvis_ctx.model.task import UNDONE, Attempt, TaskRecord


def with_running_calls(then: State, now: State, run: str) -> State:
    """`then` as it takes the place of `now`, in which the open calls of `run` are running; with "", none is.

    Nobody can stop a running call: its claim and the steps it has made are carried over, so that its end counts, and a
    death meanwhile finds it in flight. One that ran at the moment and has ended since is undone: nobody is at it.
    """
    back = then.copy()
    for task in then.tasks.values():
        if task.in_flight:
            back.tasks[task.id] = _without_the_ended(task, now.tasks.get(task.id), now.stamp[0])
    for task in now.tasks.values():
        running = [attempt for attempt in task.in_flight if attempt.run == run]
        if running:
            back.tasks[task.id] = _still_claimed(back.tasks.get(task.id), task, running)
            _keep_steps(back, task.id, now.steps.get(task.id, {}), running)
    for id in now.steps.keys() - now.tasks.keys():
        begun = {key: step for key, step in now.steps[id].items() if step.status == "started" and step.run == run}
        if begun:
            back.steps[id] = {**back.steps.get(id, {}), **begun}
    return back


def _without_the_ended(then: TaskRecord, now: TaskRecord | None, at: int) -> TaskRecord:
    known = now.attempts if now is not None else {}
    going_on = {attempt.key for attempt in known.values() if attempt.outcome is None}
    cut = {a.key: _cut(a, known.get(a.key), at) for a in then.in_flight if a.key not in going_on}
    return replace(then, attempts={**then.attempts, **cut}) if cut else then


def _cut(then: Attempt, now: Attempt | None, at: int) -> Attempt:
    """Undone at the moment `at`, unless it was cut off by then: a restore undoes no death."""
    died = now is not None and now.outcome == "died"
    ended, lost = (now.ended, now.lost) if now is not None and died else (at, UNDONE)
    return replace(then, outcome="died", ended=ended, lost=lost)


def _still_claimed(then: TaskRecord | None, now: TaskRecord, running: list[Attempt]) -> TaskRecord:
    """The task with its running calls: as the moment has it, unless that does not know them all."""
    known = then.attempts if then is not None else {}
    if then is not None and all(attempt.key in known for attempt in running):
        return then
    return replace(now, attempts=bounded({**known, **{attempt.key: attempt for attempt in running}}))


def _keep_steps(back: State, task: TaskId, made: dict[str, StepRecord], running: list[Attempt]) -> None:
    """Of the running calls' steps those that are there now, of others those of the moment."""
    theirs = tuple(steps_of(task, attempt.method) for attempt in running)
    steps = {key: step for key, step in back.steps.get(task, {}).items() if not key.startswith(theirs)}
    steps |= {key: step for key, step in made.items() if key.startswith(theirs)}
    if steps:
        back.steps[task] = steps
    else:
        back.steps.pop(task, None)
