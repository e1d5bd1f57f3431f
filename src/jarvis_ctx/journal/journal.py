"""The journal: a store folder's marks, this process's pen, and the two threads that keep up behind it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

from jarvis_ctx.clock import Clock
from jarvis_ctx.errors import Fenced, StoreUnavailable, UnknownOperation
from jarvis_ctx.journal import forks
from jarvis_ctx.journal.acknowledge import StoreAcknowledge
from jarvis_ctx.journal.archiver import Archiver
from jarvis_ctx.journal.background import Background, Work
from jarvis_ctx.journal.backlog import Backlog
from jarvis_ctx.journal.drain import OwnDrain
from jarvis_ctx.journal.draining import Draining
from jarvis_ctx.journal.health import JournalHealth
from jarvis_ctx.journal.hearing import Hearing
from jarvis_ctx.journal.marks import ORCHESTRATOR, Marks
from jarvis_ctx.journal.neighbours import Neighbours
from jarvis_ctx.journal.others import OthersDrain
from jarvis_ctx.journal.ports import EventStore
from jarvis_ctx.journal.sealed_bodies import Sealing
from jarvis_ctx.journal.segment import Opening, new_writer
from jarvis_ctx.journal.supply import CHILD_SEGMENT, SegmentSupply
from jarvis_ctx.journal.sync import Sync
from jarvis_ctx.journal.values import Values
from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.state import State

log = logging.getLogger("jarvis_ctx")

BATCHES = 100
"""That are drained at most before others are listened to, and a stop is heard."""
BURST = 5
"""How many times as long as usual the drain rests while much is appended: each turn interrupts whoever appends, and
writes pages of the database again."""
Durability: TypeAlias = Literal["process", "power", "store"]
LINGER = 1.0
"""Seconds that a closing run goes on draining for its workers and neighbours."""


class Journal:
    """Append, and everything that happens to an event afterwards."""

    def __init__(
        self,
        *,
        folder: Path,
        marks: Marks,
        opening: Opening,
        state: State,
        store: EventStore,
        clock: Clock,
        segment_bytes: int,
        value_bytes: int,
        mapped: bool,
        durability: Durability,
        store_timeout: float,
        backlog_bytes: int,
        backlog_wait: float,
        sync_interval: float,
        drain_interval: float,
        sealing: Sealing | None = None,
        drains: bool = True,
    ) -> None:
        self.folder, self.marks, self._store, self._clock = folder, marks, store, clock
        self._sync_interval, self._drain_interval = sync_interval, drain_interval
        self._opening, self._mapped = opening, mapped
        slot = marks.writer_slot(opening.writer, opening.orchestrator, opening.epoch)
        self.values = Values(folder, value_bytes, sealing)
        self._supply = SegmentSupply(folder, opening.writer, segment_bytes, mapped=mapped)
        self.writer = Writer(
            opening=opening,
            state=state,
            clock=clock,
            cells=marks.cells,
            epoch_slot=marks.slot(ORCHESTRATOR, opening.orchestrator),
            writer_slot=slot,
            supply=self._supply,
            values=self.values,
        )
        self._backlog = Backlog(lambda: self.draining.own.undrained, backlog_bytes, backlog_wait)
        self.writer.after_segment = self._backlog.wait
        self._sync = Sync(self.writer, marks, slot, clock)
        own = OwnDrain(self.writer, opening, store, self._sync, marks, slot, drains=drains)
        self.draining = Draining(folder.parent, self.writer, own, OthersDrain(folder, store, marks, opening))
        self.drain_once, self.exchange_store = self.draining.once, self.draining.exchange
        self._archiver = Archiver(folder, marks, self.writer)
        self.neighbours = Neighbours(folder, marks, self.writer, clock)
        self.hearing = Hearing(folder, marks, self.writer, beside_us=not drains)
        self.catch_up = self.hearing.catch_up
        self.on_others: Callable[[list[Event]], object] | None = None
        """Told at each turn, in the drain's thread, what other writers have said to this orchestrator, if anything."""
        self._background = Background()
        self._held_for_fork = False
        self._durability, self._store_timeout = durability, store_timeout
        self._acknowledge()
        self.append = self.writer.append
        self.writer.after_fork = self._begin_in_child
        forks.watch(self)

    def _acknowledge(self) -> None:
        """Set what a call of this pen waits for."""
        self._stored = StoreAcknowledge(
            self.writer.writer, self.drain_once, lambda: self.draining.own.number, self._store, self._store_timeout
        )
        waits = {"process": None, "power": self._sync.up_to, "store": self._stored.up_to}
        self.writer.after_append = waits[self._durability]

    def start(self) -> None:
        """Start the background: one thread that syncs, one that drains."""
        synced = Work(self._try_to_sync, self._sync_interval, self._sync_interval)
        drained = Work(self._try_to_drain, self._drain_interval, BURST * self._drain_interval)
        self._background.start({"keep_synced": synced, "keep_drained": drained})

    def _try_to_sync(self) -> bool:
        for work in (self._sync.now, self.neighbours.sync, self._supply.prepare):
            try:
                work()
            except Exception as error:  # The top of a thread: the next turn must come, and health shows this one.
                self._sync.error = str(error)
        return True  # A disk that fails is tried as often as one that does not: what is not synced is at stake.

    def _try_to_drain(self) -> bool:
        try:
            try:
                all(self.drain_once() for _ in range(BATCHES))
            finally:  # A store that is away keeps nobody from being heard.
                self._listen()
            self.neighbours.look(self._listen, self._store.watermarks)
        except Exception as error:  # The top of a thread: the next turn must come, and health shows this one.
            if not self.draining.error:
                log.warning("Draining pauses; captured calls go on in the journal: %s", error)
            self.draining.error = str(error) or type(error).__name__
            return False
        return True

    def before_fork(self, patience: float) -> None:
        self._held_for_fork = self.writer.hold(patience)

    def after_fork_in_parent(self) -> None:
        self.hearing.forked()
        if self._held_for_fork:
            self._held_for_fork = False
            self.writer.let_go()

    def after_fork_in_child(self) -> None:
        """The child has no threads of ours, does not drain, and writes nothing before its first capture."""
        self._background.forget()
        self.draining.inherited()
        self.hearing.inherited()
        self.writer.inherited()

    def _begin_in_child(self) -> None:
        """Give this child a pen of its own, in the same run and epoch; its parent drains what it writes.

        Raises `Fenced`: a run that begins fences the writers it finds marks of, so none may appear after it has looked.
        """
        opening = msgspec.structs.replace(self._opening, writer=new_writer(self._opening.epoch))
        self._supply = SegmentSupply(self.folder, opening.writer, CHILD_SEGMENT, mapped=self._mapped)
        slot = self.marks.writer_slot(opening.writer, opening.orchestrator, opening.epoch)
        if self.writer.overtaken:
            raise self.writer.fenced()
        self.writer.begin(opening, slot, self._supply)
        self.hearing.has_writer()
        self._sync = Sync(self.writer, self.marks, slot, self._clock)
        self.draining.own = OwnDrain(self.writer, opening, self._store, self._sync, self.marks, slot, drains=False)
        self._acknowledge()

    def _listen(self) -> None:
        """Take in what other writers of this orchestrator have appended, and answer what they ask."""
        events = self.hearing.take()
        if self.on_others is not None:
            self.on_others(events)

    def flush(self, timeout: float = 30.0) -> None:
        """Return once the store has every event appended before, and the tasks as they then were.

        Raises `StoreUnavailable` when it takes longer than `timeout` seconds, `Fenced` when a newer run has begun.
        """
        self.draining.flush(timeout)

    def confirm(self, operation_id: str) -> None:
        """Return once the store has for good what `DurabilityUnknown` told of.

        Raises `DurabilityUnknown` again, and `UnknownOperation` for what this store never acknowledged.
        """
        writer, _, number = operation_id.rpartition(":")
        self.catch_up()  # A forked child's operation is known once it was heard.
        known = self.writer.number if writer == self.writer.writer else self.writer.state.position.get(writer, 0)
        if not number.isdecimal() or not 1 <= int(number) <= known:
            name, path = self.writer.orchestrator, str(self.folder.parent)
            raise UnknownOperation(operation_id=operation_id, orchestrator=name, path=path)
        self._stored.of(writer, int(number))

    @property
    def interrupted(self) -> bool:
        """Whether this very thread is in the middle of an append or of draining: it is a signal handler's, say."""
        return self.writer.interrupted or self.draining.interrupted

    def picture(self) -> State:
        """The state for a checkpoint. Raises `Fenced` when a newer run has begun, which may have refused part of it."""
        state = self.writer.picture()
        if self.writer.overtaken:
            raise self.writer.fenced()
        return state

    def sync(self) -> None:
        """Make everything appended survive power loss, in journal and store."""
        self._sync.now()
        self.neighbours.sync()
        self._store.sync()

    def archive(self, covered: dict[str, int]) -> list[Path]:
        """Archive the segments whose events the store has and two checkpoints cover: `covered` {writer: number}."""
        self._store.sync()
        drained = self._store.watermarks()
        return self._archiver.archive({writer: min(n, drained.get(writer, 0)) for writer, n in covered.items()})

    def health(self) -> JournalHealth:
        """What `status` and `doctor` show."""
        return JournalHealth(
            appended=self.writer.number,
            synced=self._sync.number,
            drained=self.draining.own.number,
            drain_error=self.draining.error,
            sync_error=self._sync.error,
            unread=[*self.writer.unreadable, *self.hearing.damaged, *self.draining.damaged],
            backlog_waits=self._backlog.waits,
            backlog_seconds=self._backlog.seconds,
        )

    def finish(self, body: dict[str, Any], *, dying: bool = False) -> None:
        """Write the run's end as the last event of this pen."""
        self.writer.finish(body, dying=dying)

    def close(self, timeout: float = 10.0) -> None:
        """Stop the threads, drain and sync what can be, let go of the files. What the store lacks stays in segments."""
        self._background.stop(timeout)
        try:
            self.flush(timeout)
            self.draining.rest(LINGER)
            self.sync()
        except (StoreUnavailable, OSError, Fenced) as error:
            log.warning("Closing before everything was drained; the next start goes on from the segments: %s", error)
        self.let_go()

    def let_go(self) -> None:
        """Close the files and nothing else; what was appended stays for the next run."""
        forks.unwatch(self)
        self.draining.let_go()
        self._supply.close()
        for segment in self.writer.segments:
            segment.close()
