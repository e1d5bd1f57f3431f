"""What insight looks at: a store with its live sidecar in this process, or from outside, live or dead."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.checkpoint.ports import CheckpointStore
from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.codec.sealed import Seals
from jarvis_ctx.insight.ports import Queries
from jarvis_ctx.journal.values import Values
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery.preference import Choice
from jarvis_ctx.recovery.rebuild import Layers, Rebuilt

if TYPE_CHECKING:
    from jarvis_ctx.graphs.ports import GraphIndex


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """Whether someone runs, and how far the background is behind. Numbers of events; times in µs; None = not known."""

    live_pid: int | None
    appended: int | None = None
    synced: int | None = None
    drained: int | None = None
    drain_error: str = ""
    sync_error: str = ""
    backlog_waits: int = 0
    """How often a call was slowed down because too much waited in the journal."""
    backlog_seconds: float = 0.0
    capture_errors: int = 0
    last_capture_error: str = ""
    checkpoint: CheckpointHeader | None = None
    checkpoint_seconds: float | None = None
    checkpoint_error: str = ""
    checkpoints_taken: int | None = None
    dedup_hits: int | None = None
    """Checkpoints that were not written again, as nothing had changed."""
    api: dict[str, str] | None = None
    """Where the live process serves the API, and why it cannot: `url`, `error`."""
    unkept_steps: int = 0
    unread: list[str] = []
    """What the live process could not read of its journal, a sentence each."""
    writers_refused: int = 0
    """How often a process found all marks taken, so that nothing it captured was stored."""
    damaged: list[str] = []


class View(Protocol):
    """One orchestrator of one store, looked at; nothing here writes."""

    @property
    def name(self) -> str: ...

    @property
    def folder(self) -> Path: ...

    @property
    def stale_after(self) -> float:
        """Seconds of silence after which an agent is stale."""
        ...

    @property
    def redaction(self) -> Redaction:
        """Takes the secrets out of what is shown."""
        ...

    @property
    def stuck_after(self) -> float:
        """Seconds without progress after which an agent that beats is stuck."""
        ...

    @property
    def queries(self) -> Queries: ...

    @property
    def graphs(self) -> GraphIndex:
        """The events of threads and sessions in the database."""
        ...

    @property
    def files(self) -> CheckpointFiles:
        """The checkpoint files and the emergency files."""
        ...

    @property
    def snapshots(self) -> CheckpointStore:
        """The checkpoints in the database."""
        ...

    @property
    def seals(self) -> Seals | None:
        """Open what is sealed; None in a store that is not encrypted."""
        ...

    @property
    def values(self) -> Values:
        """Opens sealed bodies of events and fetches those in side files."""
        ...

    def now(self) -> int:
        """Wall time in µs."""
        ...

    def version(self) -> str:
        """Cheap to ask; another one whenever events were added since."""
        ...

    def state(self) -> State:
        """A picture that does not change any more."""
        ...

    def drained(self) -> dict[str, int]:
        """How far the store has each writer. Raises `StoreUnavailable`."""
        ...

    def events_after(self, position: dict[str, int]) -> list[Event]:
        """What was appended beyond a position, by anyone, unsorted; writers it does not name count from 1."""
        ...

    def leases(self) -> list[Lease]: ...

    def pulse(self) -> Pulse: ...

    def report(self) -> RecoveryReport | None:
        """The latest recovery report, without secrets."""
        ...

    def checkpoints(self) -> list[CheckpointHeader]:
        """All checkpoints in files, newest first."""
        ...

    def layers(self) -> Layers:
        """Where earlier states can be rebuilt from."""
        ...

    def rebuilt(self, chosen: Choice | None = None) -> Rebuilt:
        """The state as a start would rebuild it now; with `chosen`, from that base. Raises as loading it does."""
        ...
