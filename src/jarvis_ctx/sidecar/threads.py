"""What frameworks tell of their threads and sessions in a run, and where it is read back, the latest included."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from jarvis_ctx.capture.sink import Sink
from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.graphs.settled import SettledIndex
from jarvis_ctx.graphs.source import Source, Undrained
from jarvis_ctx.journal import forks
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.refusing import RefusingLock

MANY = 1000
"""Events after which it is looked up for the first time which of them the store has."""
PATIENCE = 5.0
"""Seconds a reader waits for the store to have what was put; then it reads what the store lacks in the journal."""


class LiveThreads:
    """The threads of a run, in its own process."""

    def __init__(self, journal: Journal, sink: Sink, view: Undrained) -> None:
        """`sink` is what events are told to."""
        self._journal, self._sink, self._view = journal, sink, view
        self._index = SettledIndex(view.graphs, journal.draining.settled)
        self._told, self._room = set[tuple[int, str]](), MANY
        """The events told that the store may lack, by number and thread; how many there may be before it is asked."""
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
        self._told.add((number or self._journal.writer.number + 1, thread))
        if len(self._told) > self._room:
            self._room = max(MANY, 2 * len(self._undrained()))
        return number

    def source(self, thread: str | None = None) -> Source:
        """Where all that was told so far is read: of `thread`, or of all. Raises `StoreUnavailable`."""
        try:
            if any(thread in (None, told) for _, told in self._undrained()):
                self._journal.flush(PATIENCE)
            behind = self._is_behind()
        except StoreUnavailable:
            behind = True
        view = self._view
        ahead = view.events_after(view.drained()) if behind else ()
        return Source(self._index, view.name, view.values, ahead)

    def _undrained(self) -> list[tuple[int, str]]:
        """What was told and the store may lack; the rest is forgotten."""
        drained, told = self._journal.health().drained, list(self._told)
        self._told.difference_update([one for one in told if one[0] <= drained])
        return [one for one in told if one[0] > drained]

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
