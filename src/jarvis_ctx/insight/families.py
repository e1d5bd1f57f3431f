"""Tasks that belong together, as a thread's nodes and a session's runs do: what each led to, for a drawing."""

from __future__ import annotations

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


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """A task of a family."""

    id: str
    title: str
    status: str
    attempts: int
    description: str
    after: list[str]
    """Those of the drawing that led to it."""
    within: str
    """The one of the drawing that it is a part of, or nothing."""


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks of one group; its status and description are those of its latest run."""

    group: str
    status: str
    description: str
    updated: str
    tasks: list[Drawn]
    """The latest of them, the oldest first."""
    left_out: int
    """How many of them are not."""


class Families(msgspec.Struct, frozen=True, kw_only=True):
    """Unfinished families first, then those that changed last."""

    items: list[Family]
    left_out: int


def families(state: State, most: Most, group: str | None = None) -> Families:
    """The tasks that belong together, each with what led to it; with a `group` that one alone."""
    found: dict[str, list[TaskRecord]] = {}
    for task in state.tasks.values():
        if KEY in task.metadata and (name := group_of(task)) and group in (None, name):
            found.setdefault(name, []).append(task)
    ranked = sorted(found.items(), key=_rank, reverse=True)
    shown = [_family(name, tasks, most.parts) for name, tasks in ranked[: most.families]]
    return Families(items=shown, left_out=len(ranked) - len(shown))


def _rank(family: tuple[str, list[TaskRecord]]) -> tuple[bool, int, str]:
    name, members = family
    return any(not task.finished for task in members), max(task.updated[0] for task in members), name


def _family(group: str, tasks: list[TaskRecord], most: int) -> Family:
    members = [(task, part_of(task)) for task in sorted(tasks, key=lambda task: (task.created, task.id))]
    parts = [member for member in members if member[1].name]
    heads = [task for task, part in members if not part.name]
    latest = max(tasks, key=lambda task: task.updated)
    head = heads[-1] if heads else latest
    return Family(
        group=group,
        status=head.shown_status,
        description=head.description,
        updated=iso(latest.updated[0]),
        tasks=_drawn(parts[-most:]),
        left_out=max(0, len(parts) - most),
    )


def _drawn(parts: list[Member]) -> list[Drawn]:
    shown = {task.id for task, _ in parts}
    within: dict[str, str] = {}
    depths: dict[str, int] = {}
    for task, part in parts:  # The oldest first: none is within one that came after it, so that there is no circle.
        of = part.of if part.of in depths else ""
        within[task.id] = within[of] if of and depths[of] == DEEPEST else of
        depths[task.id] = depths.get(within[task.id], -1) + 1
    return [
        Drawn(
            id=task.id,
            title=part.name,
            status=task.shown_status,
            attempts=task.begun,
            description=task.description,
            after=[id for id in dict.fromkeys(part.after) if id in shown and id != task.id],
            within=within[task.id],
        )
        for task, part in parts
    ]
