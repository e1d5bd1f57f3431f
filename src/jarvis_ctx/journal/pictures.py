"""Pictures of the live state for checkpoints: whole, or what changed since the last whole one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.model.changes import Changes
from jarvis_ctx.model.state import State

BY_TASK = ("tasks", "steps")
"""Fields with an entry a task: too large to be looked through, and the pen knows which tasks have changed."""
BESIDE = ("position", "stamp")

T = TypeVar("T")


class Pictures:
    """One run's pictures. For one thread at a time; captured calls wait for as long as the changes are many."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._maps: tuple[object, ...] = ()
        self._others: dict[str, Any] = {}
        """The other fields as they were in the last whole picture; nothing before there is one."""

    def whole(self) -> State:
        """The state as it is now; later `changes` count from here. Raises `Fenced`."""
        return self._taken(self._whole)

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
        self._maps = tuple(getattr(state, name) for name in BY_TASK)
        self._others = {name: getattr(picture, name) for name in _other_fields(state)}
        self._writer.dirty.taken_whole()
        return picture

    def _changes(self, state: State, most: int) -> Changes | None:
        if any(getattr(state, name) is not known for name, known in zip(BY_TASK, self._maps, strict=True)):
            return None  # A restore has put others in their place.
        changed = self._writer.dirty.changed()
        if len(changed) > most:
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


def _difference(before: Any, now: Any) -> Any:
    """What to put in the place of `before`; None where nothing is to be."""
    if not isinstance(now, dict):
        # Lists are short tails of events, which are compared by identity first.
        return None if now == before else now.copy() if isinstance(now, list) else now
    changed = {key: value for key, value in now.items() if before.get(key) is not value}
    return changed | {key: None for key in before if key not in now} or None
