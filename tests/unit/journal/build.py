"""Journals, pens and segments as tests need them: small, in a folder of the test's own, with a clock that stands."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jarvis_ctx.clock import Clock
from jarvis_ctx.codec.exact import LIMIT
from jarvis_ctx.journal import fold, read
from jarvis_ctx.journal.gather import Gathered, gather
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.marks import ORCHESTRATOR, Marks, claim_epoch
from jarvis_ctx.journal.segment import Opening, opening_of
from jarvis_ctx.journal.supply import SegmentSupply
from jarvis_ctx.journal.values import Values
from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.model.state import State
from jarvis_ctx.storage.memory.store import MemoryStore
from tests.fakes import FakeClock

NAME = "jarvis"
SEGMENT = 16_384


def writer_id(epoch: int, n: int = 1) -> WriterId:
    return WriterId(f"{epoch:08x}{n:08x}")


def opening(epoch: int = 1, n: int = 1, name: str = NAME) -> Opening:
    writer = writer_id(epoch, n if name == NAME else 99)
    return opening_of(name, writer, RunId(f"{name}.{epoch}"), epoch)


class Store:
    """What outlives a journal: the folder with its marks, and the database."""

    def __init__(self, path: Path) -> None:
        self.folder = path / "journal"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.database = MemoryStore()
        self.clock = FakeClock()

    @contextmanager
    def journal(
        self,
        epoch: int = 1,
        *,
        name: str = NAME,
        state: State | None = None,
        clock: Clock | None = None,
        **changed: Any,
    ) -> Iterator[Journal]:
        """A journal whose threads are not started; left as a kill would leave it, but for its open files."""
        marks = Marks(self.folder / "marks", mapped=changed.get("mapped", True))
        claim_epoch(marks, name, epoch)
        settings: dict[str, Any] = {
            "segment_bytes": SEGMENT,
            "value_bytes": LIMIT,
            "mapped": True,
            "durability": "process",
            "store_timeout": 10.0,
            "backlog_bytes": 1 << 30,
            "backlog_wait": 1.0,
            "sync_interval": 60,
            "drain_interval": 60,
        }
        journal = Journal(
            folder=self.folder,
            marks=marks,
            opening=opening(epoch, name=name),
            state=state or fold.empty(name, 100),
            store=self.database.events,
            clock=clock or self.clock,
            **(settings | changed),
        )
        try:
            yield journal
        finally:
            abandon(journal)
            marks.close()

    @contextmanager
    def pen(self, marks: Marks, opening: Opening) -> Iterator[Writer]:
        """A writer alone, as a forked child or a command has one."""
        writer = Writer(
            opening=opening,
            state=fold.empty(opening.orchestrator, 100),
            clock=self.clock,
            cells=marks.cells,
            epoch_slot=marks.slot(ORCHESTRATOR, opening.orchestrator),
            writer_slot=marks.writer_slot(opening.writer, opening.orchestrator, opening.epoch),
            supply=SegmentSupply(self.folder, opening.writer, SEGMENT, mapped=True),
            values=Values(self.folder),
        )
        try:
            yield writer
        finally:
            for segment in writer.segments:
                segment.close()

    def gather(self, after: dict[str, int] | None = None, name: str = NAME, *, database: bool = False) -> Gathered:
        """What is left on disk, and in the database if asked."""
        marks = Marks(self.folder / "marks", mapped=False)
        try:
            known = list(marks.writers())
        finally:
            marks.close()
        store = self.database.events if database else None
        return gather(self.folder, name, after or {}, store, known, Values(self.folder))

    def segments(self) -> list[read.SegmentData]:
        return [read.read_segment(path) for path in read.segment_files(self.folder)]


class CutOff:
    """Raises instead of one call of a function, or after it."""

    def __init__(self, function: Any, call: int, error: type[BaseException], *, after: bool = False) -> None:
        self._function, self._left, self._error, self._after = function, call, error, after

    def __call__(self, *arguments: Any) -> Any:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise self._error
        done = self._function(*arguments)
        if self._left == 0:
            raise self._error
        return done


def abandon(journal: Journal) -> None:
    """Close a journal's files and end nothing else, as death does."""
    from jarvis_ctx.journal import forks

    forks.unwatch(journal)
    journal._background.stop()
    journal.draining.let_go()
    if journal._supply._ready is not None:
        journal._supply._ready.close()
    for segment in journal.writer.segments:
        segment.close()


def event(number: int, kind: str = "TaskProgressed", subject: str = "t", **body: Any) -> Event:
    """An event of the first writer of epoch 1, one microsecond after the last."""
    return Event(writer_id(1), number, number, RunId(f"{NAME}.1"), kind, subject, body)


def numbers(events: list[Event]) -> list[int]:
    return sorted(found.number for found in events)


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait on the thing itself, for ten seconds at the most."""
    turn = threading.Event()
    for _ in range(10_000):
        if holds():
            return
        turn.wait(0.001)
    raise AssertionError("it never held")
