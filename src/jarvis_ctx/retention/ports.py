"""What retention needs of a store beside its events."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from jarvis_ctx.journal.ports import StoredEvent


class Upkeep(Protocol):
    """Derived rows that go, and room that is given back. All methods raise `StoreUnavailable`."""

    def forget(self, orchestrator: str, before: int, tasks: Collection[str], runs: Collection[str]) -> int:
        """Delete rows of tasks, their steps, and runs, not among these and older than `before` (µs); how many."""
        ...

    def examine(self) -> None:
        """Read all of the store. Raises `StoreDamaged` where it has rotted: nothing is removed by what it says."""
        ...

    def named(self, values: Collection[str]) -> set[str]:
        """Which of these side files an event here still names."""
        ...

    def put(self, events: Collection[StoredEvent]) -> None:
        """Put these in the place of the events of the same writers and numbers, as far as those are here."""
        ...

    def settle(self) -> None:
        """Move what lies in a log into the store itself, unless somebody is in the way, and give its room back."""
        ...

    def shrink(self) -> int:
        """Give freed room back, overwritten; how many bytes smaller the store is."""
        ...
