"""Takes checkpoints: the state's picture, or what changed in it, into files and into the database."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

import msgspec

from jarvis_ctx.checkpoint.changes import encoded
from jarvis_ctx.checkpoint.contents import digest, hashed, sealed
from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.checkpoint.ports import CheckpointStore
from jarvis_ctx.clock import Clock
from jarvis_ctx.disk.beside import beside
from jarvis_ctx.errors import StoreInUse, StoreUnavailable
from jarvis_ctx.journal import forks
from jarvis_ctx.journal.refusing import RefusingLock
from jarvis_ctx.model.changes import Changes
from jarvis_ctx.model.checkpoint import CheckpointHeader, Snapshot
from jarvis_ctx.model.event import Stamp
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.model.state import State

SMALL = 1_000
"""Tasks below which every checkpoint is whole: one file of all is quick to write, and easier to read."""
SHARE = 4
"""One task of so many may have changed; then everything is kept anew."""
UPON_ONE = 60
"""Checkpoints that build on one whole one, so that no file is needed for long."""

T = TypeVar("T")
log = logging.getLogger("jarvis_ctx")


class Keeper:
    """One run's checkpoints. `take` may be called from any thread; one runs at a time."""

    def __init__(
        self,
        *,
        run: RunRecord,
        store: CheckpointStore,
        files: CheckpointFiles,
        clock: Clock,
        picture: Callable[[], State],
        flush: Callable[[], None],
        changes: Callable[[int], Changes | None] = lambda most: None,
        interrupted: Callable[[], bool] = bool,
    ) -> None:
        """`picture` gives the state, `changes` what changed since, unless it did in more than so many tasks.

        `interrupted` says whether this very thread is in the middle of an append, whose event may be half folded, or of
        draining.
        """
        self._run, self._store, self._files, self._clock = run, store, files, clock
        self._picture, self._changes, self._flush = picture, changes, flush
        self._base: CheckpointHeader | None = None
        """The whole checkpoint of the picture that `changes` counts from, once it is in files and database."""
        self._upon = self._anew = 0
        self._interrupted, path = interrupted, str(files.store)
        self._lock = RefusingLock(path)
        forks.renew_lock(self, lambda: RefusingLock(path))
        self.last: CheckpointHeader | None = None
        self.taken = self.skipped = self.deduplicated = 0
        self.seconds = 0.0
        """How long the last one took."""
        self.error = ""

    def take(self, label: str = "") -> CheckpointHeader:
        """Take a checkpoint now; without `label`, one of an unchanged state is not taken again.

        Raises `OSError` when the file cannot be written; the database failing only makes an emergency file instead.
        Raises `StoreInUse` in a signal handler that came in the middle of its own thread's checkpoint or append.
        """
        with self._turn():
            started, skipped = self._clock.steady(), self.skipped
            header = self._take(label)
            if self.skipped == skipped:
                self.seconds = self._clock.steady() - started
            return header

    def take_before(self, label: str, change: Callable[[Callable[[State], CheckpointHeader]], T]) -> T:
        """Let `change` take a recovery point of the state as it finds it, and do what follows, with none between.

        `change` is handed what keeps the state in files; the database gets it afterwards. Raises what `change` raises,
        and `StoreInUse` as `take` does.
        """
        kept: list[Snapshot] = []

        def keep(state: State) -> CheckpointHeader:
            kept.append(self._snapshot(state, label))
            self._files.put(kept[-1])
            return kept[-1].header

        with self._turn():
            changed = change(keep)
            self.begin_anew()  # Neither the state nor its contents are those of the last one any more.
            for snapshot in kept:
                self._into_store(snapshot)
        return changed

    def _turn(self) -> AbstractContextManager[None]:
        if self._interrupted():  # Who has the lock may be waiting for this thread.
            raise StoreInUse(path=str(self._files.store))
        return self._lock.held()

    def begin_anew(self) -> None:
        """Let the next checkpoint be whole, and build upon none before: the database may have lost them, say."""
        self._anew += 1
        self.last = self._base = None

    def _take(self, label: str) -> CheckpointHeader:
        base = self._base
        changes = self._worthwhile(base) if base is not None and not label else None
        if base is None or changes is None:
            return self._take_whole(label)
        if self.last is not None and changes.position == self.last.position:
            self.skipped += 1
            return self.last
        self._upon += 1
        return self._keep(self._upon_base(base, changes))

    def _worthwhile(self, base: CheckpointHeader) -> Changes | None:
        """The changes since `base`, where keeping them costs much less than keeping everything again."""
        if base.tasks < SMALL or self._upon >= UPON_ONE or not self._files.path(base).exists():
            return None
        return self._changes(base.tasks // SHARE)

    def _take_whole(self, label: str) -> CheckpointHeader:
        anew = self._anew
        self._base, self._upon = None, 0  # Changes count from the picture that is taken now.
        state = self._picture()
        if self.last is not None and state.position == self.last.position and not label:
            self.skipped += 1
            return self.last
        snapshot, before = self._snapshot(state, label), self.last
        if before is not None and before.hash == snapshot.header.hash and not (label or before.label):
            header = sealed(msgspec.structs.replace(snapshot.header, id=before.id))
            snapshot = msgspec.structs.replace(snapshot, header=header)
            self.deduplicated += 1
        header = self._keep(snapshot)
        if (
            self._anew == anew and not self.error and header.id.endswith(f"@{header.taken}")
        ):  # Its id tells where its file lies.
            self._base = header
        return header

    def _keep(self, snapshot: Snapshot) -> CheckpointHeader:
        with beside(lambda: self._files.packed(snapshot)) as packed:
            self._into_store(snapshot)
            self._into_files(snapshot, packed)
        self.last = snapshot.header
        self.taken += 1
        return snapshot.header

    def _into_files(self, snapshot: Snapshot, packed: Callable[[], bytes]) -> None:
        before, header = self.last, snapshot.header
        self._files.put(snapshot, packed)
        if before is not None and before.id == header.id and before.taken != header.taken:
            self._files.delete(self._files.path(before))

    def _snapshot(self, state: State, label: str) -> Snapshot:
        counts = (len(state.tasks), len(state.agents))
        return self._sealed(hashed(state), state.position, state.stamp, counts, label=label)

    def _upon_base(self, base: CheckpointHeader, changes: Changes) -> Snapshot:
        data, counts = encoded(changes, base.hash), (changes.tasks, changes.agents)
        return self._sealed((data, digest(data)), changes.position, changes.stamp, counts, base=base.id)

    def _sealed(
        self,
        made: tuple[bytes, str],
        position: dict[str, int],
        stamp: Stamp,
        counts: tuple[int, int],
        *,
        label: str = "",
        base: str = "",
    ) -> Snapshot:
        (data, found), taken = made, self._now(stamp)
        header = CheckpointHeader(
            id=f"{base}+{taken}" if base else f"{self._run.id}@{taken}",
            orchestrator=self._run.name,
            run=self._run.id,
            epoch=self._run.epoch,
            taken=taken,
            position=position,
            stamp=stamp,
            hash=found,
            size=len(data),
            tasks=counts[0],
            agents=counts[1],
            label=label,
        )
        return Snapshot(header=sealed(header), state=data)

    def _now(self, stamp: Stamp) -> int:
        """The time, never before what is in the checkpoint, and after the one before it: they are known by it."""
        return max(self._clock.wall(), stamp[0], self.last.taken + 1 if self.last is not None else 0)

    def _into_store(self, snapshot: Snapshot) -> None:
        try:
            self._flush()
            if self.last is not None and self.last.id == snapshot.header.id:
                self._store.move(snapshot.header)
            else:
                self._store.put(snapshot)
            self.error = ""
        except StoreUnavailable as error:
            self.error, self._base = str(error), None  # What is not in the database cannot be built upon there.
            path = self._files.put_emergency(self._standing_alone(snapshot))
            log.warning("The database cannot be used (%s); the whole state is in %s", error, path)

    def _standing_alone(self, snapshot: Snapshot) -> Snapshot:
        return self._snapshot(self._picture(), "") if snapshot.header.base else snapshot
