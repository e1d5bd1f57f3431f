"""A keeper over real files and the memory store, with a state a test can change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from jarvis_ctx.checkpoint.archiving import Archiving
from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.checkpoint.keeper import Keeper
from jarvis_ctx.checkpoint.surplus import Surplus
from jarvis_ctx.codec import sign
from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.journal import fold
from jarvis_ctx.journal.dirty import Dirty
from jarvis_ctx.journal.pictures import Pictures
from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.model.event import PROJECTED_KINDS, Event
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.model.run import ProcessIdentity, RunRecord
from jarvis_ctx.model.state import State
from jarvis_ctx.storage.memory.store import MemoryStore
from tests.fakes import FakeClock

RUN = RunRecord(
    id=RunId("r1"),
    name="jarvis",
    epoch=1,
    writer=WriterId("w"),
    process=ProcessIdentity(host="here", pid=1, created=1.0, boot_id="b"),
    started=1,
    chain=RunId("r1"),
)


class Pen:
    """A state that events are folded into as a journal's pen does it, in one thread."""

    overtaken = False

    def __init__(self, state: State) -> None:
        self.state, self.dirty = state, Dirty()

    def fold(self, event: Event) -> None:
        fold.apply(self.state, event)
        if event.kind in PROJECTED_KINDS:
            self.dirty.add(event.subject)

    def undisturbed(self, work: Callable[[], Any]) -> Any:
        return work()


class Scene:
    """One orchestrator's store, and its keeper."""

    def __init__(self, folder: Path, kept: int = 10) -> None:
        self.folder, self.clock, self.store = folder, FakeClock(), MemoryStore()
        self.key = sign.load_or_create_key(folder / "secret.key")
        self.files = CheckpointFiles(folder, "jarvis", self.key)
        self.pen = Pen(fold.empty("jarvis", 100))
        self.pictures = Pictures(cast(Writer, self.pen))
        self.covered: list[dict[str, int]] = []
        self.database_works = True
        self.keeper = Keeper(
            run=RUN,
            store=self.store.checkpoints,
            files=self.files,
            clock=self.clock,
            picture=self.pictures.whole,
            flush=self._flush,
            changes=self.pictures.changes,
        )
        self.surplus = Surplus(self.files, self.store.checkpoints, "jarvis", kept)
        self.archiving = Archiving(self.files, self.covered.append)

    @property
    def state(self) -> State:
        return self.pen.state

    def _flush(self) -> None:
        if not self.database_works:
            raise StoreUnavailable(path="db", reason="it is locked")

    def tell(self, kind: str, subject: str, body: dict[str, Any]) -> None:
        """Fold one more event, a second after the last."""
        self.clock.advance(1)
        number = self.state.position.get(WriterId("w"), 0) + 1
        self.pen.fold(Event(WriterId("w"), number, self.clock.wall(), RunId("r1"), kind, subject, body))

    def progress(self, percentage: float, task: str = "t") -> None:
        self.tell("TaskProgressed", task, {"percentage": percentage})
