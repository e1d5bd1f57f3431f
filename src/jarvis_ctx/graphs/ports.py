"""What graphs need of a store."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

import msgspec

from jarvis_ctx.journal.ports import StoredEvent

Ref = tuple[str, int]
"""Where an event is: its writer and number."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A graph's event without its body."""

    subject: str
    kind: str
    time: int
    writer: str
    number: int

    @property
    def ref(self) -> Ref:
        return self.writer, self.number


class TimedEvent(StoredEvent, frozen=True, gc=False):
    """A stored event, and what the store has it under."""

    time: int
    kind: str
    subject: str


class GraphIndex(Protocol):
    """The events of graphs, found by what they are about. All methods raise `StoreUnavailable`."""

    def scan(self, orchestrator: str, first: str, last: str, limit: int) -> list[Place]:
        """At most `limit` events with `first` <= subject < `last`: the greatest subject first, of each the latest."""
        ...

    def read(self, orchestrator: str, subject: str, limit: int) -> list[TimedEvent]:
        """At most `limit` events about this subject, the latest first."""
        ...

    def fetch(self, refs: Collection[Ref]) -> list[StoredEvent]:
        """The events of these that are there, in any order."""
        ...
