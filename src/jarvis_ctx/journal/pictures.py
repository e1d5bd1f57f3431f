"""Pictures of the live state for checkpoints: whole, or what changed since the last whole one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.model.changes import Changes
from jarvis_ctx.model.state import State

BY_TASK = ("tasks", "steps")
"""Fields with an entry a task: too large to be looked through, and the pen knows which tasks have changed."""
BESIDE = ("position", "stamp")
AT_ONCE = 20_000
"""Tasks that are copied in one go: captured calls wait meanwhile, with many more for milliseconds."""
SLICE = 5_000
"""Of more tasks, those that are looked up between two turns of other threads."""

T = TypeVar("T")


class Pictures:
    """One run's pictures. For one thread at a time; captured calls wait for as long as the changes are many."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._dirty = writer.dirty
        self._maps: tuple[dict[str, Any], ...] = ()
        self._others: dict[str, Any] = {}
        """The other fields as they were in the last whole picture; nothing before there is one."""

    def whole(self) -> State:
        """The state as it is now; later `changes` count from here. Raises `Fenced`."""
        if len(self._writer.state.tasks) <= AT_ONCE:
            return self._taken(self._whole)
        by_task = self._in_slices(self._taken(self._begun))
        return self._taken(lambda state: self._completed(state, by_task))

    def _begun(self, state: State) -> list[tuple[dict[str, Any], list[str]]]:
        """The fields that are taken in slices, and what they hold; changes count from here until they are taken."""
        self._count_from(state)
        return [(known, list(known)) for known in self._maps]

    def _in_slices(self, fields: list[tuple[dict[str, Any], list[str]]]) -> list[dict[str, Any]]:
        """Copies of these fields, of which some entries may have changed meanwhile."""
        copies: list[dict[str, Any]] = []
        for known, tasks in fields:
            copies.append({})
            for start in range(0, len(tasks), SLICE):
                copies[-1].update({task: known[task] for task in tasks[start : start + SLICE] if task in known})
                time.sleep(0)
        return copies

    def _completed(self, state: State, by_task: list[dict[str, Any]]) -> State:
        """The picture, once what changed meanwhile has been put right."""
        if not self._goes_on(state):
            return self._whole(state)
        changed = self._writer.dirty.changed()
        for known, copied in zip(self._maps, by_task, strict=True):
            for task in changed:
                if task in known:
                    copied[task] = known[task]
                else:
                    copied.pop(task, None)
        self._others = {name: _copied(getattr(state, name)) for name in _other_fields(state)}
        self._writer.dirty.taken_whole()
        fields = {**self._others, **dict(zip(BY_TASK, by_task, strict=True))}
        return State(**fields, position=dict(state.position), stamp=state.stamp)

    def changes(self, most: int) -> Changes | None:
        """What changed since the last whole picture; None without one, or where more than `most` tasks may have.

        Raises `Fenced`.
        """
        return self._taken(lambda state: self._changes(state, most)) if self._others else None

    def _taken(self, look: Callable[[State], T]) -> T:
        writer = self._writer
        picture = writer.undisturbed(lambda: look(writer.state))
        if writer.overtaken:
            raise writer.fenced()  # Whoever overtook us may have refused part of it.
        return picture

    def _whole(self, state: State) -> State:
        picture = state.copy()
        self._others = {name: getattr(picture, name) for name in _other_fields(state)}
        self._count_from(state)
        return picture

    def _count_from(self, state: State) -> None:
        self._maps, self._dirty = tuple(getattr(state, name) for name in BY_TASK), self._writer.dirty
        self._dirty.taken_whole()

    def _goes_on(self, state: State) -> bool:
        """Whether the same is written to and counted: a restore sets other mappings, a forked child counts anew."""
        return self._dirty is self._writer.dirty and all(
            getattr(state, name) is known for name, known in zip(BY_TASK, self._maps, strict=True)
        )

    def _changes(self, state: State, most: int) -> Changes | None:
        dirty = self._writer.dirty
        if not self._goes_on(state):
            return None
        if dirty.more_than(most) or len(changed := dirty.changed()) > most:
            return None
        fields = {name: {task: getattr(state, name).get(task) for task in changed} for name in BY_TASK}
        for name, before in self._others.items():
            if (found := _difference(before, getattr(state, name))) is not None:
                fields[name] = found
        return Changes(
            position=dict(state.position),
            stamp=state.stamp,
            tasks=len(state.tasks),
            agents=len(state.agents),
            fields=fields,
        )


def _other_fields(state: State) -> list[str]:
    return [name for name in state.__struct_fields__ if name not in (*BY_TASK, *BESIDE)]


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, dict | list) else value


def _difference(before: Any, now: Any) -> Any:
    """What to put in the place of `before`; None where nothing is to be."""
    if not isinstance(now, dict):
        # Lists are short tails of events, which are compared by identity first.
        return None if now == before else _copied(now)
    changed = {key: value for key, value in now.items() if before.get(key) is not value}
    return changed | {key: None for key in before if key not in now} or None
