"""How an orchestrator is looked at from inside its own process."""

from __future__ import annotations

from typing import Protocol

import msgspec

from jarvis_ctx.capture.failures import CaptureFailures
from jarvis_ctx.capture.steps import Steps
from jarvis_ctx.checkpoint.archiving import Archiving
from jarvis_ctx.checkpoint.keeper import Keeper
from jarvis_ctx.checkpoint.ports import CheckpointStore
from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.errors import JournalUnavailable
from jarvis_ctx.insight.ports import Queries
from jarvis_ctx.insight.view import Pulse
from jarvis_ctx.journal.gather import gather
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.liveness.leases import Leases
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery import reports
from jarvis_ctx.recovery.preference import Choice
from jarvis_ctx.recovery.rebuild import Layers, Rebuilt, rebuild
from jarvis_ctx.sidecar.healer import Healer
from jarvis_ctx.sidecar.opening import OpenStore


class Sidecar(Protocol):
    """What is asked of the sidecar that is looked at."""

    journal: Journal
    keeper: Keeper
    archiving: Archiving
    leases: Leases
    failures: CaptureFailures
    steps: Steps
    healer: Healer
    run: RunRecord
    api: dict[str, str] | None

    @property
    def closed(self) -> bool: ...

    @property
    def recovery_report(self) -> RecoveryReport | None: ...


class LiveView:
    """The view of a sidecar in its own process."""

    def __init__(self, manager: Sidecar, opened: OpenStore) -> None:
        self._manager, self._ground = manager, opened.ground
        self.name, self.folder = self._ground.settings.name, self._ground.folder
        self.stale_after = self._ground.settings.stale_after
        self.redaction = Redaction(self._ground.settings.secret_names)
        self.stuck_after = self._ground.settings.stuck_after
        self.queries: Queries = opened.store.queries
        self.graphs = opened.store.graphs
        self.files, self.seals = self._ground.files, self._ground.seals
        self.values, self._events = manager.journal.values, opened.store.events
        self.snapshots: CheckpointStore = opened.store.checkpoints
        self._report = reports.Latest(self.folder, self.name, self.seals, self.redaction)

    def now(self) -> int:
        return self._ground.clock.wall()

    def version(self) -> str:
        state = self._manager.journal.writer.state
        return f"{self._manager.run.id}:{sum(state.position.values())}:{state.stamp[0]}:{self._manager.closed:d}"

    def state(self) -> State:
        return self._manager.journal.writer.picture()

    def drained(self) -> dict[str, int]:
        return self._events.watermarks()

    def events_after(self, position: dict[str, int]) -> list[Event]:
        marks = list(self._ground.marks.writers())
        found = gather(self.folder / "journal", self.name, position, self._events, marks, self.values, whole=False)
        return found.events

    def leases(self) -> list[Lease]:
        return self._manager.leases.all()

    def pulse(self) -> Pulse:
        journal, keeper = self._manager.journal.health(), self._manager.keeper
        return Pulse(
            live_pid=None if self._manager.closed else self._manager.run.process.pid,
            appended=journal.appended,
            synced=journal.synced,
            drained=journal.drained,
            drain_error=journal.drain_error,
            sync_error=journal.sync_error,
            backlog_waits=journal.backlog_waits,
            backlog_seconds=journal.backlog_seconds,
            capture_errors=self._manager.failures.total,
            last_capture_error=self._manager.failures.last,
            checkpoint=keeper.last,
            checkpoint_seconds=keeper.seconds if keeper.last else None,
            checkpoint_error=keeper.error or self._manager.archiving.error,
            checkpoints_taken=keeper.taken,
            dedup_hits=keeper.skipped + keeper.deduplicated,
            api=self._manager.api,
            unkept_steps=self._manager.steps.unkept,
            unread=journal.unread,
            writers_refused=self._refused(),
            damaged=[*self._ground.damage, *self._manager.healer.said],
        )

    def _refused(self) -> int:
        try:
            return self._ground.marks.refused(self.name)
        except JournalUnavailable:  # Where nothing is mapped, a disk that is gone cannot say; `lag` says that it is.
            return 0

    def layers(self) -> Layers:
        return self._ground.layers

    def rebuilt(self, chosen: Choice | None = None) -> Rebuilt:
        layers, steady = self._ground.layers, self._ground.clock.steady
        return rebuild(msgspec.structs.replace(layers, chosen=chosen or layers.chosen), steady)

    def report(self) -> RecoveryReport | None:
        return self._report(self._manager.recovery_report)

    def checkpoints(self) -> list[CheckpointHeader]:
        try:
            return [header for _, header in self._ground.files.headers()]
        except OSError:  # No descriptor is left, say: a live run knows its last one by heart.
            return [header for header in [self._manager.keeper.last] if header is not None]
