"""Tasks that belong together, as a thread's nodes and a session's runs do: what each led to, for a drawing."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx.clock import iso
from jarvis_ctx.model.part import KEY, Part, group_of, part_of
from jarvis_ctx.model.state import State
from jarvis_ctx.model.task import TaskRecord

DEEPEST = 4
"""Tasks within tasks that are shown within one another; what lies deeper is shown beside them."""
Member = tuple[TaskRecord, Part]


class Most(msgspec.Struct, frozen=True, kw_only=True):
    """How much of it: so many families, and of each the latest so many parts."""

    families: int
    parts: int


def families(state: State, most: Most, group: str | None = None) -> dict[str, Any]:
    """`items`: unfinished families first, then those that changed last; and how many are `left_out`.

    Of each its `group`, `status`, `description` and `updated`, `tasks` (id, title, status, attempts, description,
    `after`: those of them that led to it, `within`: the one that it is a part of, or nothing), the oldest first, and
    how many of them are `left_out`. With a `group` that one alone.
    """
    found: dict[str, list[TaskRecord]] = {}
    for task in state.tasks.values():
        if KEY in task.metadata and (name := group_of(task)) and group in (None, name):
            found.setdefault(name, []).append(task)
    ranked = sorted(found.items(), key=_rank, reverse=True)
    shown = [_family(name, members, most.parts) for name, members in ranked[: most.families]]
    return {"items": shown, "left_out": len(ranked) - len(shown)}


def _rank(family: tuple[str, list[TaskRecord]]) -> tuple[bool, int, str]:
    name, members = family
    return any(not task.finished for task in members), max(task.updated[0] for task in members), name


def _family(group: str, members: list[TaskRecord], most: int) -> dict[str, Any]:
    members = sorted(members, key=lambda task: (task.created, task.id))
    parts: list[TaskRecord] = []
    heads: list[TaskRecord] = []
    for task in members:
        (parts if task.metadata[KEY].get("name") else heads).append(task)
    head = heads[-1] if heads else max(members, key=lambda task: task.updated)
    return {
        "group": group,
        "status": head.shown_status,
        "description": head.description,
        "updated": iso(max(task.updated[0] for task in members)),
        "tasks": _drawn([(task, part_of(task)) for task in parts[-most:]]),
        "left_out": max(0, len(parts) - most),
    }


def _drawn(parts: list[Member]) -> list[dict[str, Any]]:
    shown = {task.id for task, _ in parts}
    within: dict[str, str] = {}
    depths: dict[str, int] = {}
    for task, part in parts:  # The oldest first: none is within one that came after it, so that there is no circle.
        of = part.of if part.of in depths else ""
        within[task.id] = within[of] if of and depths[of] == DEEPEST else of
        depths[task.id] = depths.get(within[task.id], -1) + 1
    return [
        {
            "id": task.id,
            "title": part.name or task.id,
            "status": task.shown_status,
            "attempts": max((attempt.number for attempt in task.attempts.values()), default=0),
            "description": task.description,
            "after": [id for id in dict.fromkeys(part.after) if id in shown and id != task.id],
            "within": within[task.id],
        }
        for task, part in parts
    ]
