"""Read-only questions to the memory beyond what recovery needs."""

from __future__ import annotations

from typing import Any

from jarvis_ctx.journal import read
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.storage.memory.checkpoints import MemoryCheckpoints
from jarvis_ctx.storage.memory.events import MemoryEvents
from jarvis_ctx.storage.memory.gate import PATH, Gate
from jarvis_ctx.storage.memory.leases import MemoryLeases


class MemoryQueries:
    """The `Queries` port."""

    def __init__(self, gate: Gate, events: MemoryEvents, checkpoints: MemoryCheckpoints, leases: MemoryLeases) -> None:
        self._gate, self._events, self._checkpoints, self._leases = gate, events, checkpoints, leases

    def orchestrators(self) -> list[str]:
        """The names this store holds, sorted."""
        with self._gate.held():
            writers = {writer.orchestrator for writer in self._events.writers.values()}
            snapshots = {kept.header.orchestrator for kept in self._checkpoints.snapshots.values()}
            return sorted(writers | snapshots | {name for name, _ in self._leases.leases})

    def entries(
        self, orchestrator: str, kind: str, limit: int, before: int | None = None, subject: str | None = None
    ) -> list[StoredEvent]:
        """The latest `limit` events of `kind`, oldest first; of times (µs) before `before`, about `subject`."""
        found = []
        for row in self._events.events(orchestrator, {}):
            _, time, _, this, about, _ = read.parts(row.payload)
            if this == kind and (before is None or time < before) and (subject is None or about == subject):
                found.append((time, row.writer, row.number, row))
        return [row for *_, row in sorted(found)][-limit:] if limit > 0 else []

    def facts(self) -> dict[str, Any]:
        """For `status` and `doctor`: engine, version, events, snapshots, bytes, path."""
        with self._gate.held():
            rows = [row for writer in self._events.writers.values() for row in writer.rows.values()]
            kept = self._checkpoints.snapshots.values()
            size = sum(len(row.payload) for row in rows) + sum(len(snapshot.state) for snapshot in kept)
            counted = {"events": len(rows), "snapshots": len(kept), "bytes": size}
        return {"engine": "memory", "version": "1", **counted, "path": PATH}

    def faults(self) -> list[str]:
        """None: there is one place for each thing."""
        with self._gate.held():
            return []
