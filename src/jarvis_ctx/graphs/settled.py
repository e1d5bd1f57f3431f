"""The store's events of graphs, read again where another database took the store's place meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from jarvis_ctx.graphs.ports import GraphIndex, Place, Ref, TimedEvent
from jarvis_ctx.journal.ports import StoredEvent

T = TypeVar("T")


class SettledIndex:
    """A `GraphIndex` that answers only from a database that has all that any before it had."""

    def __init__(self, index: GraphIndex, settled: Callable[[], int]) -> None:
        """`settled` says how often another database has come, once it has what it lacked; as `Draining.settled`."""
        self._index, self._settled = index, settled

    def scan(self, orchestrator: str, first: str, last: str, limit: int) -> list[Place]:
        """As the index's."""
        return self._asked(lambda: self._index.scan(orchestrator, first, last, limit))

    def read(self, orchestrator: str, subject: str, limit: int) -> list[TimedEvent]:
        """As the index's."""
        return self._asked(lambda: self._index.read(orchestrator, subject, limit))

    def fetch(self, refs: Collection[Ref]) -> list[StoredEvent]:
        """As the index's."""
        return self._asked(lambda: self._index.fetch(refs))

    def _asked(self, question: Callable[[], T]) -> T:
        while True:
            before = self._settled()
            answer = question()
            if self._settled() == before:
                return answer
