"""Takes checkpoints: the state's picture into the database and into files, when it has changed, and thins them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from jarvis_ctx.checkpoint import thinning
from jarvis_ctx.checkpoint.contents import contents, digest, sealed
from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.checkpoint.ports import CheckpointStore
from jarvis_ctx.clock import Clock
from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.journal import forks
from jarvis_ctx.model.checkpoint import CheckpointHeader, Snapshot
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.model.state import State

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
        kept: int,
        picture: Callable[[], State],
        flush: Callable[[], None],
    ) -> None:
        self._run, self._store, self._files, self._clock, self._kept = run, store, files, clock, kept
        self._picture, self._flush = picture, flush
        self._lock = threading.Lock()
        forks.renew_lock(self)
        self.last: CheckpointHeader | None = None
        self.taken = self.skipped = self.deduplicated = 0
        self.seconds = 0.0
        """How long the last one took."""
        self.error = ""

    def take(self, label: str = "") -> CheckpointHeader:
        """Take a checkpoint now; without `label`, one of an unchanged state is not taken again.

        Raises `OSError` when the file cannot be written; the database failing only makes an emergency file instead.
        """
        with self._lock:
            started = self._clock.steady()
            header = self._take(self._picture(), label)
            self.seconds = self._clock.steady() - started
            return header

    def take_before(self, label: str, change: Callable[[Callable[[State], CheckpointHeader]], T]) -> T:
        """Let `change` take a recovery point of the state as it finds it, and do what follows, with none between.

        `change` is handed what keeps the state in files; the database gets it afterwards. Raises what `change` raises.
        """
        kept: list[Snapshot] = []

        def keep(state: State) -> CheckpointHeader:
            kept.append(self._snapshot(state, label))
            self._files.put(kept[-1])
            return kept[-1].header

        with self._lock:
            changed = change(keep)
            self.last = None  # Neither the state nor its contents are those of the last one any more.
            for snapshot in kept:
                self._into_store(snapshot)
            self._tidy()
        return changed

    def _take(self, state: State, label: str) -> CheckpointHeader:
        if self.last is not None and state.position == self.last.position and not label:
            self.skipped += 1
            return self.last
        snapshot, before = self._snapshot(state, label), self.last
        if before is not None and before.hash == snapshot.header.hash and not (label or before.label):
            header = sealed(msgspec.structs.replace(snapshot.header, id=before.id))
            snapshot = msgspec.structs.replace(snapshot, header=header)
            self.deduplicated += 1
        self._files.put(snapshot)
        if before is not None and before.id == snapshot.header.id and before.taken != snapshot.header.taken:
            self._files.delete(self._files.path(before))
        self._into_store(snapshot)
        self.last = snapshot.header
        self.taken += 1
        self._tidy()
        return snapshot.header

    def _snapshot(self, state: State, label: str) -> Snapshot:
        data = contents(state)
        taken = self._clock.wall()
        header = CheckpointHeader(
            id=f"{self._run.id}@{taken}",
            orchestrator=self._run.name,
            run=self._run.id,
            epoch=self._run.epoch,
            taken=taken,
            position=state.position,
            stamp=state.stamp,
            hash=digest(data),
            size=len(data),
            tasks=len(state.tasks),
            agents=len(state.agents),
            label=label,
        )
        return Snapshot(header=sealed(header), state=data)

    def _into_store(self, snapshot: Snapshot) -> None:
        try:
            self._flush()
            if self.last is not None and self.last.id == snapshot.header.id:
                self._store.move(snapshot.header)
            else:
                self._store.put(snapshot)
            self.error = ""
        except StoreUnavailable as error:
            self.error = str(error)
            path = self._files.put_emergency(snapshot)
            log.warning("The database cannot be used (%s); the whole state is in %s", error, path)

    def _tidy(self) -> None:
        for path, header in self._surplus_files():
            self._files.delete(path)
            log.debug("checkpoint %s was thinned away", header.id)
        if self.error:
            return
        try:
            surplus = thinning.surplus(self._store.headers(self._run.name), self._kept)
            self._store.delete([header.id for header in surplus])
        except StoreUnavailable as error:
            self.error = str(error)

    def _surplus_files(self) -> list[tuple[Path, CheckpointHeader]]:
        by_id = {header.id: (path, header) for path, header in self._files.headers()}
        return [by_id[header.id] for header in thinning.surplus((h for _, h in by_id.values()), self._kept)]
