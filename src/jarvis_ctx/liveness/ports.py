"""What liveness needs of a store."""

from __future__ import annotations

from typing import Protocol

from jarvis_ctx.model.agent import Lease


class LeaseStore(Protocol):
    """The last beats. All methods raise `StoreUnavailable`."""

    def put(self, orchestrator: str, leases: list[Lease]) -> None:
        """Overwrite the leases of these agents; an older beat never replaces a newer one."""
        ...

    def all(self, orchestrator: str) -> list[Lease]:
        """Every agent's lease, by agent."""
        ...
