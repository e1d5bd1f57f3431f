"""A store that nobody runs, opened to add something to it by hand; that begins no run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis_ctx.checkpoint.keeper import Keeper
from jarvis_ctx.clock import SystemClock
from jarvis_ctx.errors import NothingToKeep
from jarvis_ctx.journal import read
from jarvis_ctx.journal.others import OthersDrain, stored
from jarvis_ctx.journal.ports import Batch
from jarvis_ctx.journal.segment import opening_of
from jarvis_ctx.journal.values import Values
from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.recovery.rebuild import events_of, rebuild
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.missing import check_store
from jarvis_ctx.sidecar.opening import OpenStore
from jarvis_ctx.sidecar.pen import pen, sealing_behind
from jarvis_ctx.sidecar.standstill import nobody_runs
from jarvis_ctx.storage.memory.checkpoints import MemoryCheckpoints
from jarvis_ctx.storage.memory.gate import Gate

if TYPE_CHECKING:
    from jarvis_ctx.graphs.ports import GraphIndex


@contextmanager
def offline(settings: Settings) -> Iterator[Offline]:
    """The store, which nobody can run meanwhile. Raises `NoStore`, `NotAtRest`, and as `OpenStore` does."""
    check_store(settings.folder)
    with nobody_runs(settings.secret_names):
        opened = OpenStore(settings, SystemClock())
    try:
        yield Offline(opened)
    finally:
        opened.close()


class Offline:
    """Stands in for the run: its state, its checkpoints, and its pen."""

    def __init__(self, opened: OpenStore) -> None:
        self.opened, self.ground = opened, opened.ground
        self.state = rebuild(self.ground.layers, self.ground.clock.steady).state

    @property
    def name(self) -> str:
        """The orchestrator's."""
        return self.state.name

    @property
    def graphs(self) -> GraphIndex:
        """The events of threads and sessions in the database."""
        return self.opened.store.graphs

    @property
    def values(self) -> Values:
        """Its events' bodies."""
        return self.ground.values

    def drained(self) -> dict[str, int]:
        """How far the database has each writer."""
        return self.ground.store.events.watermarks()

    def events_after(self, position: dict[str, int]) -> list[Event]:
        """What was appended since a position, by anyone."""
        return events_of(self.ground.layers, position, whole=False).events

    def keeper(self) -> Keeper:
        """Takes checkpoints of the state, in files alone. Raises `NothingToKeep` where nobody ever ran.

        The database is left out: a checkpoint in it says that its tables are as new as that, and only a drain makes
        them.
        """
        run = self.state.latest_run
        if run is None:
            raise NothingToKeep(orchestrator=self.state.name, path=str(self.ground.folder))
        return Keeper(
            run=run,
            store=MemoryCheckpoints(Gate()),
            files=self.ground.files,
            clock=self.ground.clock,
            picture=lambda: self.state,
            flush=lambda: None,
        )

    def pen(self, run: str = "") -> Writer:
        """A writer of what comes right after the last event; it changes the state with it."""
        ground, name = self.ground, self.state.name
        return pen(name, ground.folder / "journal", ground.marks, self.state, Still(), ground.sealing, run)

    def tell(self, kind: str, subject: str, body: dict[str, Any]) -> Path:
        """Append one event; the segment that holds it."""
        with sealing_behind(self.pen()) as writer:
            writer.append(kind, subject, body)
        return writer.segment.path

    def catch_up(self) -> None:
        """Give the database what the files have and it lacks, as a run would. Raises `StoreUnavailable`."""
        ground, nobody = self.ground, opening_of(self.name, WriterId(""), RunId(""), 0)
        drain = OthersDrain(ground.folder / "journal", ground.store.events, ground.marks, nobody)
        while not drain.caught_up:
            drain.catch_up(self.state.fences, self.state.cut)

    def into_store(self, path: Path) -> None:
        """Give the store what a segment of ours holds."""
        segment = read.read_segment(path)
        if segment.opening is not None:
            rows = [stored(segment.writer, found) for found in segment.frames]
            batch = Batch(openings={segment.writer: segment.opening}, rows=rows, orchestrator=self.state.name)
            self.ground.store.events.write(batch)


class Still:
    """A clock that is always behind: what is written by it comes right after the last event, not after a death."""

    def wall(self) -> int:
        return 0

    def steady(self) -> float:
        return 0

    def boot(self) -> float:
        return 0
