"""What questions need of a store beyond the state."""

from __future__ import annotations

from typing import Any, Protocol

from jarvis_ctx.journal.ports import StoredEvent


class Queries(Protocol):
    """Read-only questions. All methods raise `StoreUnavailable`."""

    def orchestrators(self) -> list[str]:
        """The names this store holds, sorted."""
        ...

    def entries(
        self, orchestrator: str, kind: str, limit: int, before: int | None = None, subject: str | None = None
    ) -> list[StoredEvent]:
        """The latest `limit` events of `kind`, oldest first; of times (µs) before `before`, about `subject`."""
        ...

    def facts(self) -> dict[str, Any]:
        """For `status` and `doctor`: engine, version, events, snapshots, bytes, path."""
        ...

    def faults(self) -> list[str]:
        """What does not fit together in this store, beyond what digests show: a sentence each. Reads all of it."""
        ...
