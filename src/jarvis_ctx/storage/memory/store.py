"""The store without a file: the same ports on plain dicts."""

from __future__ import annotations

from jarvis_ctx.storage.memory.checkpoints import MemoryCheckpoints
from jarvis_ctx.storage.memory.copying import MemoryCopying
from jarvis_ctx.storage.memory.events import MemoryEvents
from jarvis_ctx.storage.memory.gate import Gate
from jarvis_ctx.storage.memory.graphs import MemoryGraphs
from jarvis_ctx.storage.memory.leases import MemoryLeases
from jarvis_ctx.storage.memory.queries import MemoryQueries
from jarvis_ctx.storage.memory.upkeep import MemoryUpkeep


class MemoryStore:
    """Events, checkpoints, leases and queries for as long as this object lives. Safe in any thread of one process."""

    def __init__(self) -> None:
        self._gate = Gate()
        self.events = MemoryEvents(self._gate)
        self.checkpoints = MemoryCheckpoints(self._gate)
        self.leases = MemoryLeases(self._gate)
        self.queries = MemoryQueries(self._gate, self.events, self.checkpoints, self.leases)
        self.graphs = MemoryGraphs(self._gate, self.events)
        self.upkeep = MemoryUpkeep(self._gate, self.events)
        self.copying = MemoryCopying(self._gate)

    def close(self) -> None:
        """Every later call raises `StoreUnavailable`. May be called twice."""
        self._gate.close()
