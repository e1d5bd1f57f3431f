"""What checkpoints need of a store."""

from __future__ import annotations

from typing import Protocol

from jarvis_ctx.model.checkpoint import CheckpointHeader, Snapshot


class CheckpointStore(Protocol):
    """Checkpoints inside the database. All methods raise `StoreUnavailable`."""

    def put(self, snapshot: Snapshot) -> None:
        """Keep a snapshot; one with the same id is replaced."""
        ...

    def move(self, header: CheckpointHeader) -> None:
        """Give the kept snapshot `header.id` a newer position and time: its contents have not changed."""
        ...

    def headers(self, orchestrator: str) -> list[CheckpointHeader]:
        """All of `orchestrator`'s, newest (epoch, taken) first."""
        ...

    def get(self, id: str) -> Snapshot | None:
        """A snapshot, and with it its base where that is there; or None."""
        ...

    def delete(self, ids: list[str]) -> None:
        """Forget snapshots; ids that are not there are ignored."""
        ...
