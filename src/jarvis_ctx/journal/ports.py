"""What the journal needs of a store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

import msgspec

from jarvis_ctx.journal.segment import Opening
from jarvis_ctx.model.cut import Cut
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.model.step import StepRecord
from jarvis_ctx.model.task import TaskRecord


class StoredEvent(msgspec.Struct, frozen=True):
    """An event as it is kept: the payload's exact text and its digest (32 hex digits)."""

    writer: str
    number: int
    digest: str
    payload: str


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What one transaction of the drain writes.

    `rows` are contiguous and ascending for each writer; the records are the latest state of `orchestrator`'s tasks,
    steps and runs that changed, and replace the rows of the same ids. `left`: stretches of time (after, before, in µs)
    that a restore has undone; rows of tasks and steps last changed within one are taken out before the records go in.
    """

    openings: dict[str, Opening] = {}
    rows: list[StoredEvent] = []
    orchestrator: str = ""
    tasks: list[TaskRecord] = []
    steps: list[StepRecord] = []
    runs: list[RunRecord] = []
    left: list[tuple[int, int]] = []


class EventStore(Protocol):
    """The queryable home of events. All methods raise `StoreUnavailable`; all may be called from any thread."""

    def write(self, batch: Batch) -> None:
        """Add what is not there yet, in one transaction; idempotent by (writer, number)."""
        ...

    def watermarks(self) -> dict[str, int]:
        """For each writer the greatest number up to which all its events are here."""
        ...

    def epochs(self) -> dict[str, int]:
        """For each orchestrator the greatest epoch of its writers here."""
        ...

    def events(self, orchestrator: str, after: dict[str, int]) -> Iterator[StoredEvent]:
        """The events of `orchestrator` beyond a position, by writer and number; writers it does not name from 1."""
        ...

    def remove(self, writer: str, numbers: Iterable[int]) -> None:
        """Take out events (and derived rows) that a fence refuses or that are damaged."""
        ...

    def cut(self, orchestrator: str, cut: Cut) -> int:
        """Take out what `cut` takes, with derived rows, for good; how many events. Watermarks never fall below it."""
        ...

    def sync(self) -> None:
        """Make all that was written survive power loss."""
        ...
