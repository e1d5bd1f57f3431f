"""Where a task belongs: to which group, what it is part of, what it is called there, and what it came after."""

from __future__ import annotations

from typing import Any

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.model.task import TaskRecord

KEY = "part"
"""The key of a task's metadata that says it."""


class Part(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """As an adapter notes it in a task's metadata; what is not said is empty."""

    group: str = ""
    """What several tasks belong to that is no task itself: `thread sunday`, `session 42`."""
    of: str = ""
    """The id of the task that it is a part of."""
    name: str = ""
    """What a person calls it within that; nothing for one that stands for its group."""
    after: tuple[str, ...] = ()
    """The ids of the tasks that led to it."""


NOWHERE = Part()


def part_of(task: TaskRecord) -> Part:
    """What is noted of a task; `NOWHERE` where nothing is that can be read."""
    found: Any = task.metadata.get(KEY)
    if type(found) is not dict:
        return NOWHERE
    try:
        return decoding.convert(found, Part)
    except msgspec.ValidationError:
        return NOWHERE


def group_of(task: TaskRecord) -> str:
    """What a task belongs to, or nothing; for whoever looks at all tasks, without reading the rest."""
    found: Any = task.metadata.get(KEY)
    group = found.get("group") if type(found) is dict else None
    return group if type(group) is str else ""


def title_of(task: TaskRecord) -> str:
    """What a person calls a task: of a part its name, of what stands for its group that, else its id."""
    part = part_of(task)
    return part.name or part.group or task.id
