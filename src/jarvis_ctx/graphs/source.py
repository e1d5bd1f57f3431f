"""Where a graph's events are read: the store, and before it what the store has not been given yet."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Protocol

from jarvis_ctx.errors import CorruptData
from jarvis_ctx.graphs.ports import GraphIndex, Place, Ref, TimedEvent
from jarvis_ctx.journal import frame, read
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.journal.values import Values
from jarvis_ctx.model.event import THREAD_KINDS, Event

Body = dict[str, Any]
ALL_OF_IT = 1 << 30
"""More events than there are about anything."""


class Undrained(Protocol):
    """What says what the store lacks: a view, or a store that is opened by hand."""

    @property
    def name(self) -> str: ...

    @property
    def graphs(self) -> GraphIndex: ...

    @property
    def values(self) -> Values: ...

    def drained(self) -> dict[str, int]: ...

    def events_after(self, position: dict[str, int]) -> list[Event]: ...


class Source:
    """The graphs' events of one orchestrator, as they are now."""

    def __init__(self, index: GraphIndex, orchestrator: str, values: Values, ahead: Collection[Event] = ()) -> None:
        """`ahead`: events that the store may lack."""
        self._index, self._orchestrator, self._values = index, orchestrator, values
        self._digesters: dict[str, Callable[[int, bytes], bytes]] = {}
        self._ahead: dict[Ref, Event] = {
            (event.writer, event.number): event for event in ahead if event.kind in THREAD_KINDS
        }

    def scan(self, first: str, last: str, limit: int) -> list[Place]:
        """As the index's."""
        found = self._index.scan(self._orchestrator, first, last, limit)
        if not self._ahead:
            return found
        until = found[-1].subject if len(found) == limit else first
        known = {place.ref for place in found}
        more = [_place(e) for ref, e in self._ahead.items() if ref not in known and until <= e.subject < last]
        return sorted(found + more, key=lambda place: (place.subject, place.time), reverse=True)

    def about(self, subject: str, limit: int = ALL_OF_IT) -> list[Place]:
        """The latest `limit` events about this very subject, the latest first."""
        return self.scan(subject, subject + "\0", limit)

    def read(self, subject: str, limit: int = ALL_OF_IT) -> list[TimedEvent | Event]:
        """The latest `limit` events about this subject or more, the latest first; only those ahead are read already."""
        found = self._index.read(self._orchestrator, subject, limit)
        if not self._ahead:
            return list[TimedEvent | Event](found)
        known = {(row.writer, row.number) for row in found}
        more = [event for ref, event in self._ahead.items() if ref not in known and event.subject == subject]
        return sorted([*found, *more], key=lambda row: row.time, reverse=True)

    def verified(self, row: StoredEvent) -> bytes:
        """The payload of an event as it was written. Raises `CorruptData`."""
        payload = row.payload.encode()
        digest = self._digesters.get(row.writer)
        if digest is None:
            digest = self._digesters[row.writer] = frame.digester(row.writer)
        if digest(row.number, payload).hex() != row.digest:
            raise CorruptData(what=_name(row.writer, row.number), reason="its digest is another one")
        return payload

    def body(self, row: TimedEvent) -> Body:
        """The body of an event. Raises `CorruptData`, also for one that was found under what it is not."""
        event = self.event(row)
        check_place(row, event.time, event.kind, event.subject)
        return event.body

    def events(self, refs: Collection[Ref]) -> dict[Ref, Event]:
        """These events. Raises `CorruptData` for one that is gone or does not verify."""
        found = {ref: self._ahead[ref] for ref in refs if ref in self._ahead}
        wanted = [ref for ref in refs if ref not in found]
        if wanted:
            found |= {(row.writer, row.number): self.event(row) for row in self._index.fetch(wanted)}
        for writer, number in wanted:
            if (writer, number) not in found:
                raise CorruptData(what=_name(writer, number), reason="it is not there any more")
        return found

    def event(self, row: StoredEvent) -> Event:
        """An event that was read, wherever it was found. Raises `CorruptData`."""
        return read.event(row.writer, self.verified(row), self._values)


def check_place(place: Place | TimedEvent | Event, time: int, kind: str, subject: str) -> None:
    """Raises `CorruptData` for an event of this time, kind and subject that was found under others: no digest covers
    the columns and indexes that lead to it.
    """
    if place.time != time or place.kind != kind or place.subject != subject:
        raise CorruptData(what=_name(place.writer, place.number), reason="it was found under what it is not")


def complete(store: Undrained) -> Source:
    """Reads all that was told, in the store and behind it. Raises `StoreUnavailable`."""
    return Source(store.graphs, store.name, store.values, store.events_after(store.drained()))


def _place(event: Event) -> Place:
    return Place(subject=event.subject, kind=event.kind, time=event.time, writer=event.writer, number=event.number)


def _name(writer: str, number: int) -> str:
    return f"Event {number} of writer {writer}, which a thread or a session needs,"
