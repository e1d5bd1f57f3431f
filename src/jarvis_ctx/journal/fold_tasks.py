"""Task events become task records."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from jarvis_ctx.journal.attempts import bounded, ended_by, of_this_chain, without_call
from jarvis_ctx.journal.shapes import mapping, percentage, text, texts
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.state import State
from jarvis_ctx.model.step import StepRecord
from jarvis_ctx.model.task import NOT_DONE, Attempt, TaskRecord

TEXTS = dict.fromkeys(("description", "status", "agent"), str)
LISTS = frozenset({"completed_subtasks", "blockers", "dependencies"})


def _task(state: State, event: Event) -> TaskRecord:
    return state.tasks.get(event.subject) or _new_task(state, event, {"updated": event.stamp})


def _new_task(state: State, event: Event, told: dict[str, Any]) -> TaskRecord:
    """The record of a task that is heard of for the first time."""
    run = state.runs.get(event.run)
    return TaskRecord(id=TaskId(event.subject), created=event.time, chain=run.chain if run else event.run, **told)


def task_progressed(state: State, event: Event) -> None:
    """A partial update changes what it names; keys of the person's own are kept as metadata."""
    task = state.tasks.get(event.subject)
    changes: dict[str, Any] = {"updated": (event.time, event.writer, event.number)}
    metadata: dict[str, Any] = {}
    for name, value in event.body.items():
        if type(value) is TEXTS.get(name):
            changes[name] = value
        elif name in LISTS:
            changes[name] = texts(value)
        elif name == "percentage":
            changes[name] = percentage(value)
        elif name == "metadata":
            metadata.update(mapping(value))
        elif name in TEXTS:
            raise TypeError
        else:
            metadata[name] = value
    if metadata:
        changes["metadata"] = {**task.metadata, **metadata} if task is not None else metadata
    task = replace(task, **changes) if task is not None else _new_task(state, event, changes)
    if task.attempts and "status" in changes and task.done:
        task = replace(task, attempts={key: without_call(attempt) for key, attempt in task.attempts.items()})
    _keep(state, task, event.run)


def _keep(state: State, task: TaskRecord, run: str) -> None:
    """The steps of a task that is done leave the state: it will not be run again, or is meant to be."""
    if task.id in state.steps and task.done:
        task = _noted(task, state.steps.pop(task.id), run)
    state.tasks[task.id] = task


def _retire_steps(state: State, task: TaskRecord, ended: Attempt, run: str) -> TaskRecord:
    """The steps of a call that stands leave, too, even if the task is called again; not those of its other methods."""
    steps = state.steps.get(task.id)
    if not steps or not ended.stands or any(attempt.method == ended.method for attempt in task.in_flight):
        return task
    of_call = steps_of(task.id, ended.method)
    state.steps[task.id] = {key: step for key, step in steps.items() if not key.startswith(of_call)}
    return _noted(task, {key: step for key, step in steps.items() if key.startswith(of_call)}, run)


def _noted(task: TaskRecord, leaving: dict[str, StepRecord], run: str) -> TaskRecord:
    """The task, with the steps that an earlier run left in doubt and that no later one has asked about or redone."""
    if not leaving:
        return task
    unasked = tuple(step.name for step in leaving.values() if step.status == "started" and step.run != run)
    return replace(task, never_asked=task.never_asked + unasked, generation=task.generation + 1)


def steps_of(task: str, method: str) -> str:
    """How the keys of the steps begin that one captured method makes for a task."""
    return f"{task}/{method}/"


def _task_claimed(state: State, event: Event) -> None:
    task, body, time = state.tasks.get(event.subject), event.body, event.time
    attempt = Attempt(
        method=body["method"],
        run=event.run,
        number=body["attempt"],
        claimed=time,
        key=body["key"],
        alone=body.get("alone") is True,
        call=mapping(body["call"]) if "call" in body else msgspec.UNSET,
    )
    if not (type(attempt.method) is type(attempt.key) is str and type(attempt.number) is int):
        raise TypeError
    changes: dict[str, Any] = {"updated": (time, event.writer, event.number), "status": "in_progress"}
    if told := body.get("description"):
        changes["description"] = text(told)
    if told := body.get("agent"):
        changes["agent"] = text(told)
    if "metadata" in body:
        changes["metadata"] = {**(task.metadata if task is not None else {}), **mapping(body["metadata"])}
    if task is None:
        state.tasks[event.subject] = _new_task(state, event, {**changes, "attempts": {attempt.key: attempt}})
    else:
        before = of_this_chain(state, event.run, task.attempts)
        attempts = bounded({**before, attempt.key: attempt})
        state.tasks[event.subject] = replace(task, attempts=attempts, **changes)


def _with_its_claim(state: State, event: Event) -> None:
    """An end stands for its claim, too, where that was a worker's, said before a restore and not heard by then."""
    key, task = text(event.body["key"]), state.tasks.get(event.subject)
    method = key.rpartition("#")[0]
    if method and (task is None or key not in task.attempts):
        number = 1 + (task.tries.get(method, 0) if task is not None else 0)
        _task_claimed(state, replace(event, body={"method": method, "key": key, "attempt": number}))


def _ended(state: State, event: Event, outcome: str, **changes: Any) -> None:
    task = state.tasks.get(event.subject) or _task(state, event)
    changes["updated"] = event.time, event.writer, event.number
    attempt = task.attempts.get(text(event.body["key"]))
    if attempt is not None:
        worked = outcome == "finished" and ("status" in changes or task.shown_status not in NOT_DONE)
        ended = ended_by(attempt, event, outcome, worked)
        changes["attempts"] = {**task.attempts, ended.key: ended}
        task = replace(task, **changes)
        if task.id in state.steps:
            task = _retire_steps(state, task, ended, event.run)
    else:
        task = replace(task, **changes)
    _keep(state, task, event.run)


def _task_finished(state: State, event: Event) -> None:
    """A call's return completes its task, unless the person reports its status themselves (`completes` is False)."""
    if state.restores:
        _with_its_claim(state, event)
    task = state.tasks.get(event.subject)
    if event.body.get("completes") is not False and (task is None or task.shown_status == "in_progress"):
        _ended(state, event, "finished", status="completed", percentage=100)
    else:
        _ended(state, event, "finished")


def _task_failed(state: State, event: Event) -> None:
    if state.restores:
        _with_its_claim(state, event)
    _ended(state, event, "failed", status="failed")


def _task_interrupted(state: State, event: Event) -> None:
    """A death counts once, however often a recovery that is itself interrupted tells it."""
    task = _task(state, event)
    attempt = task.attempts.get(text(event.body["key"]))
    died = attempt is not None and attempt.outcome is None and event.body.get("counts") is True
    _ended(state, event, "died", deaths_alone=task.deaths_alone + int(died))


def _task_quarantined(state: State, event: Event) -> None:
    task = _task(state, event)
    state.tasks[event.subject] = replace(task, updated=event.stamp, quarantined=text(event.body["cause"]))


def _task_released(state: State, event: Event) -> None:
    """A person has mended what it died of: it may run again, and its deaths count anew."""
    task = _task(state, event)
    state.tasks[event.subject] = replace(task, updated=event.stamp, quarantined="", deaths_alone=0)


def _task_retired(state: State, event: Event) -> None:
    """A task that was called again meanwhile stays."""
    task = state.tasks.get(event.subject)
    if task is not None and task.may_retire:
        state.retired = max(state.retired, task.updated)
        del state.tasks[task.id]
        state.steps.pop(task.id, None)


TASK_HANDLERS = {
    "TaskProgressed": task_progressed,
    "TaskClaimed": _task_claimed,
    "TaskFinished": _task_finished,
    "TaskFailed": _task_failed,
    "TaskInterrupted": _task_interrupted,
    "TaskQuarantined": _task_quarantined,
    "TaskReleased": _task_released,
    "TaskRetired": _task_retired,
}
