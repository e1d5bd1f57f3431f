"""The ground a run begins on: everything of a store that is open before."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import msgspec

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.checkpoint.ports import CheckpointStore
from jarvis_ctx.clock import Clock
from jarvis_ctx.codec.sealed import Seals
from jarvis_ctx.codec.sign import Key
from jarvis_ctx.journal.marks import Marks
from jarvis_ctx.journal.ports import EventStore
from jarvis_ctx.journal.sealed_bodies import Sealing
from jarvis_ctx.journal.values import Values
from jarvis_ctx.liveness.exceptions import FaultDump
from jarvis_ctx.liveness.marker import CrashMarker
from jarvis_ctx.liveness.ports import LeaseStore
from jarvis_ctx.liveness.runfile import RunFile
from jarvis_ctx.recovery import choice
from jarvis_ctx.recovery.predecessor import Predecessor
from jarvis_ctx.recovery.rebuild import Layers
from jarvis_ctx.settings import Settings


class Store(Protocol):
    """A store's ports, as an engine offers them."""

    @property
    def events(self) -> EventStore: ...

    @property
    def checkpoints(self) -> CheckpointStore: ...

    @property
    def leases(self) -> LeaseStore: ...


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What is open before a run begins; the run lock is held."""

    folder: Path
    settings: Settings
    clock: Clock
    store: Store
    marks: Marks
    mapped: bool
    files: CheckpointFiles
    runfile: RunFile
    marker: CrashMarker
    faults: FaultDump
    key: Key
    """Signs what is pickled."""
    damage: list[str] = []
    """What was found damaged, and moved aside, while opening."""
    seals: Seals | None = None
    sealing: Sealing | None = None
    """What seals, and what it does to events; None where nothing is sealed."""

    @property
    def values(self) -> Values:
        """Opens sealed bodies of events, and fetches those in side files."""
        return Values(self.folder / "journal", sealing=self.sealing)

    @property
    def layers(self) -> Layers:
        return Layers(
            journal=self.folder / "journal",
            orchestrator=self.settings.name,
            history=self.settings.history_size,
            events=self.store.events,
            checkpoints=self.store.checkpoints,
            files=self.files,
            marks=list(self.marks.writers()),
            chosen=choice.read(self.folder, self.settings.name),
            sealing=self.sealing,
            cut_off=self.runfile.cut_off,
        )

    @property
    def predecessor(self) -> Predecessor:
        return Predecessor(name=self.settings.name, runfile=self.runfile, marker=self.marker, faults=self.faults)
