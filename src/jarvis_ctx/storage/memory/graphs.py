"""The events of graphs in memory: looked for among all."""

from __future__ import annotations

from collections.abc import Collection

from jarvis_ctx.graphs.ports import Place, Ref, TimedEvent
from jarvis_ctx.journal import read
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.model.event import THREAD_KINDS
from jarvis_ctx.storage.memory.events import MemoryEvents
from jarvis_ctx.storage.memory.gate import Gate


class MemoryGraphs:
    """The `GraphIndex` port."""

    def __init__(self, gate: Gate, events: MemoryEvents) -> None:
        self._gate, self._events = gate, events

    def scan(self, orchestrator: str, first: str, last: str, limit: int) -> list[Place]:
        """At most `limit` events with `first` <= subject < `last`: the greatest subject first, of each the latest."""
        found = []
        for row in self._events.events(orchestrator, {}):
            number, time, _, kind, about, _ = read.parts(row.payload)
            if kind in THREAD_KINDS and first <= about < last:
                found.append(Place(subject=about, kind=kind, time=time, writer=row.writer, number=number))
        return sorted(found, key=lambda place: (place.subject, place.time), reverse=True)[:limit]

    def read(self, orchestrator: str, subject: str, limit: int) -> list[TimedEvent]:
        """At most `limit` events about this subject, the latest first."""
        found = []
        for place in self.scan(orchestrator, subject, subject + "\0", limit):
            for row in self.fetch([place.ref]):
                head = place.time, place.kind, place.subject
                found.append(TimedEvent(row.writer, row.number, row.digest, row.payload, *head))
        return found

    def fetch(self, refs: Collection[Ref]) -> list[StoredEvent]:
        """The events of these that are there, in any order."""
        with self._gate.held():
            rows = {name: writer.rows for name, writer in self._events.writers.items()}
            return [rows[name][number] for name, number in refs if number in rows.get(name, {})]
