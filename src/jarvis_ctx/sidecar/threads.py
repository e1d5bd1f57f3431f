"""What frameworks tell of their threads and sessions in a run, and where it is read back, the latest included."""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from typing import Any

from jarvis_ctx.capture.sink import Sink
from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.graphs.source import Source, Undrained, complete
from jarvis_ctx.journal import forks
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.refusing import RefusingLock

MANY = 1000
"""Threads after which it is looked up which of them the store has."""
PATIENCE = 5.0
"""Seconds a reader waits for the store to have what was put; then it reads what the store lacks in the journal."""


class LiveThreads:
    """The threads of a run, in its own process."""

    def __init__(self, journal: Journal, sink: Sink, view: Undrained) -> None:
        """`sink` is what events are told to."""
        self._journal, self._sink, self._view = journal, sink, view
        self._told: dict[str, int] = {}
        """The last event of each thread, as long as the store may lack it."""
        self._others: dict[str, int] = {}
        """How far other writers had come, before us and beside us, when the store had all of it."""
        path = str(journal.folder)
        self._lock = RefusingLock(path)
        forks.renew_lock(self, lambda: RefusingLock(path))

    @property
    def writer(self) -> str:
        """Who writes here."""
        return self._journal.writer.writer

    def turn(self) -> AbstractContextManager[None]:
        """Held by whoever reads something and then tells what depends on it.

        Raises `StoreInUse` where a signal handler or a finaliser has come back to it: both would tell of the same.
        """
        return self._lock.held()

    def append(self, kind: str, thread: str, subject: str, body: dict[str, Any], *, own: bool = False) -> int:
        """Tell of `thread`; raises as `Writer.append`."""
        number = self._sink.append(kind, subject, body, own=own)
        self._told[thread] = number or self._journal.writer.number + 1
        if len(self._told) > MANY:
            drained = self._journal.health().drained
            self._told = {thread: last for thread, last in list(self._told.items()) if last > drained}
        return number

    def source(self, thread: str | None = None) -> Source:
        """Where all that was told so far is read: of `thread`, or of all. Raises `StoreUnavailable`."""
        last = max(self._told.values(), default=0) if thread is None else self._told.get(thread, 0)
        try:
            if last > self._journal.health().drained:
                self._journal.flush(PATIENCE)
            behind = self._is_behind()
        except StoreUnavailable:
            behind = True
        view = self._view
        return complete(view) if behind else Source(view.graphs, view.name, view.values)

    def settle(self) -> None:
        """Wait until a new database that takes the store's place, if one does, has what it lacked at first."""
        with suppress(StoreUnavailable):
            self._journal.drain_once()

    def _is_behind(self) -> bool:
        """Whether the store still lacks what others have told: runs that died before it was drained, workers."""
        self._journal.catch_up()
        position = dict(self._journal.writer.state.position)
        others = {writer: number for writer, number in position.items() if writer != self.writer}
        if others == self._others:
            return False
        self._journal.drain_once()
        drained = self._view.drained()
        if any(number > drained.get(writer, 0) for writer, number in others.items()):
            return True
        self._others = others
        return False
