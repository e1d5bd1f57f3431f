"""The checkpoints of graphs, written and read in a run, and read from outside."""

from __future__ import annotations

from typing import Any, Protocol

from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.graphs.pen import Pen
from jarvis_ctx.graphs.ports import GraphIndex, Ref
from jarvis_ctx.graphs.reading import Reader
from jarvis_ctx.graphs.records import CheckpointPut
from jarvis_ctx.graphs.source import Source
from jarvis_ctx.graphs.standing import of_checkpoint
from jarvis_ctx.graphs.subjects import subject
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.values import Values
from jarvis_ctx.model.event import Event

MANY = 1000
"""Threads after which it is looked up which of them the store has."""
PATIENCE = 5.0
"""Seconds a reader waits for the store to have what was put; then it reads what the store lacks in the journal."""


class Ahead(Protocol):
    """What a reader asks of a view."""

    name: str
    values: Values

    def drained(self) -> dict[str, int]: ...

    def events_after(self, position: dict[str, int]) -> list[Event]: ...


class LiveGraphs:
    """The graphs of a run, in its own process."""

    def __init__(self, journal: Journal, index: GraphIndex, view: Ahead) -> None:
        self._journal, self._index, self._view = journal, index, view
        self._told: dict[str, int] = {}
        """The last event of each thread, as long as the store may lack it."""
        self._others: dict[str, int] = {}
        """How far other writers had come, before us and beside us, when the store had all of it."""
        self.pen = Pen(self._append, lambda: journal.writer.writer, self._parent)

    def reader(self, thread: str | None = None) -> Reader:
        """Reads what was put so far: of `thread`, or of all. Raises `StoreUnavailable`."""
        return Reader(self._flushed(thread))

    def _flushed(self, thread: str | None) -> Source:
        last = max(self._told.values(), default=0) if thread is None else self._told.get(thread, 0)
        try:
            if last > self._journal.health().drained:
                self._journal.flush(PATIENCE)
            behind = self._is_behind()
        except StoreUnavailable:
            behind = True
        ahead = self._view.events_after(self._view.drained()) if behind else ()
        return Source(self._index, self._view.name, self._view.values, ahead)

    def _is_behind(self) -> bool:
        """Whether the store still lacks what others have told: runs that died before it was drained, workers."""
        self._journal.catch_up()
        own, position = self._journal.writer.writer, dict(self._journal.writer.state.position)
        others = {writer: number for writer, number in position.items() if writer != own}
        if others == self._others:
            return False
        self._journal.drain_once()
        drained = self._view.drained()
        if any(number > drained.get(writer, 0) for writer, number in others.items()):
            return True
        self._others = others
        return False

    def _append(self, kind: str, about: tuple[str, ...], body: dict[str, Any]) -> int:
        number = self._journal.append(kind, subject(*about), body, own=True)
        self._told[about[0]] = number or self._journal.writer.number + 1
        if len(self._told) > MANY:
            drained = self._journal.health().drained
            self._told = {thread: last for thread, last in list(self._told.items()) if last > drained}
        return number

    def _parent(self, thread: str, namespace: str, id: str) -> tuple[Ref, CheckpointPut] | None:
        reader = self.reader(thread)
        standing = of_checkpoint(reader.source, thread, namespace, id)
        return None if standing is None else (standing.put.ref, reader.record(standing))
