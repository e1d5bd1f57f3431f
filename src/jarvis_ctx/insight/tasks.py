"""The tasks as people ask for them: plain data, oldest first."""

from __future__ import annotations

import heapq
from typing import Any

import msgspec

from jarvis_ctx.clock import iso
from jarvis_ctx.codec import exact
from jarvis_ctx.model.part import group_of, title_of
from jarvis_ctx.model.state import State
from jarvis_ctx.model.task import TaskRecord

SHOWN = ("in_progress", "blocked", "pending", "other", "completed", "failed", "cancelled", "quarantined")
"""The statuses a task is shown with, in the order they are shown in."""


Key = tuple[int, str]
"""When a task was created (µs), and its id: the order they are shown in."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which tasks: with this status, as given or as shown, of this agent, of this group, with this text in id or
    description; None is any.
    """

    status: str | None = None
    agent: str | None = None
    group: str | None = None
    text: str | None = None
    """In any case of letters."""

    def takes(self, task: TaskRecord) -> bool:
        """Whether `task` is one of them."""
        return (
            (self.status is None or self.status in (task.shown_status, task.status))
            and (self.agent is None or task.agent == self.agent)
            and (self.group is None or group_of(task) == self.group)
            and (self.text is None or self._has(self.text.casefold(), task))
        )

    @staticmethod
    def _has(text: str, task: TaskRecord) -> bool:
        return text in task.id.casefold() or text in task.description.casefold()


def lines(state: State, status: str | None = None) -> list[dict[str, Any]]:
    """All tasks, or those with `status`, as it was given or as it is shown."""
    ordered = sorted(state.tasks.values(), key=lambda task: (task.created, task.id))
    return [line(task, state) for task in ordered if status is None or status in (task.shown_status, task.status)]


def page(state: State, wanted: Wanted, limit: int, after: Key | None = None) -> tuple[list[dict[str, Any]], Key | None]:
    """The first `limit` tasks that are wanted, behind the one with key `after`, oldest first; and the last one's key
    where there are more.
    """
    found = [task for task in state.tasks.values() if wanted.takes(task) and (after is None or _key(task) > after)]
    found.sort(key=_key)
    shown = found[:limit]
    return [line(task, state) for task in shown], _key(shown[-1]) if len(found) > len(shown) else None


def _key(task: TaskRecord) -> Key:
    return task.created, task.id


def line(task: TaskRecord, state: State) -> dict[str, Any]:
    """One task; `title` is what a person calls it, `metadata` what was given, exactly."""
    steps = state.steps.get(task.id, {}).values()
    return {
        "id": task.id,
        "title": title_of(task),
        "group": group_of(task),
        "description": task.description,
        "status": task.status,
        "shown_status": task.shown_status,
        "percentage": task.percentage,
        "completed_subtasks": list(task.completed_subtasks),
        "blockers": list(task.blockers),
        "dependencies": list(task.dependencies),
        "agent": task.agent,
        "metadata": exact.from_tree(task.metadata),
        "created": iso(task.created),
        "updated": iso(task.updated[0]),
        "attempts": task.begun,
        "in_flight": bool(task.in_flight),
        "interrupted": task.interrupted,
        "steps_finished": sorted(step.name for step in steps if step.status == "finished"),
        "steps_open": sorted(step.name for step in steps if step.status == "started"),
        "steps_never_asked": list(task.never_asked),
        "deaths_alone": task.deaths_alone,
        "quarantined": task.quarantined,
    }


def counts(state: State) -> dict[str, int]:
    """How many tasks are shown with each status; statuses nobody has are there with 0."""
    found = dict.fromkeys(SHOWN, 0)
    for task in state.tasks.values():
        found[task.shown_status] += 1
    return found


def incomplete(state: State, most: int | None = None) -> list[dict[str, Any]]:
    """Tasks that have not reached an end, oldest first, in short; the first `most`, or all."""
    keys = ("id", "title", "group", "description", "status", "shown_status", "percentage", "completed_subtasks")
    kept = (*keys, "blockers", "agent", "interrupted")
    open_ = [task for task in state.tasks.values() if not task.finished]
    ordered = sorted(open_, key=_key) if most is None else heapq.nsmallest(most, open_, key=_key)
    return [{key: found[key] for key in kept} for found in (line(task, state) for task in ordered)]


def never_asked(state: State) -> list[dict[str, str]]:
    """Steps in doubt that their task was completed without, so that their effect may have happened twice."""
    return [{"task": task.id, "name": step} for task in state.tasks.values() for step in task.never_asked]
