"""Leases in memory: a dict by orchestrator and agent."""

from __future__ import annotations

from jarvis_ctx.model.agent import Lease
from jarvis_ctx.storage.memory.gate import Gate


class MemoryLeases:
    """The `LeaseStore` port."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.leases: dict[tuple[str, str], Lease] = {}

    def put(self, orchestrator: str, leases: list[Lease]) -> None:
        """Overwrite the leases of these agents; an older beat never replaces a newer one."""
        with self._gate.held():
            for lease in leases:
                kept = self.leases.get((orchestrator, lease.agent))
                if kept is None or lease.beat >= kept.beat:
                    self.leases[orchestrator, lease.agent] = lease

    def all(self, orchestrator: str) -> list[Lease]:
        """Every agent's lease, by agent."""
        with self._gate.held():
            return [lease for (name, _), lease in sorted(self.leases.items()) if name == orchestrator]
