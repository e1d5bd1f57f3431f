"""How an orchestrator is looked at from outside, live or dead."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import msgspec

from jarvis_ctx import settings as settings_room
from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.checkpoint.ports import CheckpointStore
from jarvis_ctx.clock import Clock, SystemClock
from jarvis_ctx.codec import sign
from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.errors import CorruptData, NoStore, StoreUnavailable
from jarvis_ctx.insight.ports import Queries
from jarvis_ctx.insight.view import Pulse
from jarvis_ctx.journal.cut_off import set_aside
from jarvis_ctx.journal.gather import gather
from jarvis_ctx.journal.marks import Marks, WriterMark, viewed
from jarvis_ctx.journal.values import Values
from jarvis_ctx.liveness import supervised
from jarvis_ctx.liveness.runfile import RunFile
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.checkpoint import CheckpointHeader
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery import choice, reports
from jarvis_ctx.recovery.preference import Choice
from jarvis_ctx.recovery.rebuild import Layers, Rebuilt, rebuild
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.database import IN_USE, verdict
from jarvis_ctx.sidecar.encryption import encrypted
from jarvis_ctx.sidecar.missing import no_store
from jarvis_ctx.sidecar.opening import DATABASE
from jarvis_ctx.storage.memory.store import MemoryStore
from jarvis_ctx.storage.sqlite.store import SqliteStore

T = TypeVar("T")
MARKS_BYTES = 1_048_576
"""More than the page of marks has."""


class StoreView:
    """The view of a store from outside; writes nothing. Close it after use."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Raises `NoStore`; a database that cannot be used is looked past, and named in `pulse().damaged`.

        What is supervised without ever having captured anything is looked at, too: how its processes live and end.
        """
        self.name, self.folder = settings.name, settings.folder
        self.redaction = Redaction(settings.secret_names)
        self.stale_after, self.stuck_after = settings.stale_after, settings.stuck_after
        self._settings, self._clock = settings, clock
        begun = (self.folder / "journal").is_dir()
        if not (begun or supervised.all_of(self.folder)):
            raise no_store(self.folder)
        self._marks_path, self._seen = str(self.folder / "journal" / "marks"), (b"-", "")
        self._damaged: list[str] = []
        self._store, encryption = encrypted(self._open() if begun else MemoryStore(), settings)
        self.seals, self.values = (
            encryption.seals,
            Values(self.folder / "journal", sealing=encryption.sealing),
        )
        self.queries: Queries = self._store.queries
        self.graphs = self._store.graphs
        self.snapshots: CheckpointStore = self._store.checkpoints
        self.files = CheckpointFiles(self.folder, self.name, self._key(), self.seals)
        self._runfile = RunFile(self.folder, self.name)
        self._report = reports.Latest(self.folder, self.name, self.seals, self.redaction)

    def _open(self) -> SqliteStore | MemoryStore:
        try:
            return SqliteStore(self.folder / DATABASE, viewer=True)
        except NoStore:
            self._damaged.append(f"{DATABASE} is missing; the next start rebuilds it from journal and archive.")
        except StoreUnavailable as error:
            self._damaged.append(str(error))
        return MemoryStore()

    def _key(self) -> sign.Key | None:
        try:
            return sign.load_key(self.folder / "secret.key")
        except (CorruptData, OSError) as error:
            self._damaged.append(str(error))
            return None

    def now(self) -> int:
        return self._clock.wall()

    def rebuilt(self, chosen: Choice | None = None) -> Rebuilt:
        """The state as a start would rebuild it now; with `chosen`, from that base."""
        layers = self.layers()
        return rebuild(msgspec.structs.replace(layers, chosen=chosen or layers.chosen), self._clock.steady)

    def layers(self) -> Layers:
        """Where the state can be rebuilt from."""
        return Layers(
            journal=self.folder / "journal",
            orchestrator=self.name,
            history=self._settings.history_size,
            events=self._store.events,
            checkpoints=self._store.checkpoints,
            files=self.files,
            marks=self.marks(),
            chosen=choice.read(self.folder, self.name),
            sealing=self.values.sealing,
            cut_off=self._runfile.cut_off,
        )

    def drained(self) -> dict[str, int]:
        return self._store.events.watermarks()

    def events_after(self, position: dict[str, int]) -> list[Event]:
        """What has been appended since a position, by anyone."""
        journal, marks = self.folder / "journal", self.marks()
        found = gather(journal, self.name, position, self._store.events, marks, self.values, whole=False)
        set_aside(found, position, marks, self._runfile.cut_off)
        return found.events

    def marks(self) -> list[WriterMark]:
        """What the marks say; nothing when there are none."""
        return self._of_marks(lambda marks: list(marks.writers()), [])

    def _of_marks(self, read: Callable[[Marks], T], otherwise: T) -> T:
        try:
            marks = viewed(self.folder / "journal" / "marks")
        except (CorruptData, OSError):
            return otherwise
        with closing(marks):
            return read(marks)

    def version(self) -> str:
        try:
            with open(self._marks_path, "rb", buffering=0) as file:
                page = file.read(MARKS_BYTES)
        except OSError:
            page = b""  # The next start makes the page anew, and its first event is in it.
        if page != self._seen[0]:  # Comparing costs a tenth of what hashing does, and mostly it is the same.
            self._seen = page, hashlib.blake2b(page, digest_size=12).hexdigest()
        return f"{self._seen[1]}:{self._runfile.live or 0}"

    def state(self) -> State:
        return self.rebuilt().state

    def leases(self) -> list[Lease]:
        return self._store.leases.all(self.name)

    def pulse(self) -> Pulse:
        run = self._runfile.read()
        mark = next((m for m in self.marks() if run is not None and m.writer == run.writer), None)
        headers = self.checkpoints()
        return Pulse(
            live_pid=self._runfile.live,
            appended=mark.appended if mark else None,
            synced=mark.synced if mark else None,
            drained=mark.drained if mark else None,
            checkpoint=headers[0] if headers else None,
            damaged=[*self._damaged, *self._condemned()],
            writers_refused=self._of_marks(lambda marks: marks.refused(self.name), 0),
        )

    def _condemned(self) -> list[str]:
        said = verdict(self.folder / DATABASE)
        if said and self._runfile.live is None:
            said = f"{IN_USE.format(DATABASE)} The next start makes it anew."
        return [said] if said else []

    def report(self) -> RecoveryReport | None:
        return self._report()

    def checkpoints(self) -> list[CheckpointHeader]:
        return [header for _, header in self.files.headers()]

    def close(self) -> None:
        """Let go of the database."""
        self._store.close()


def open_view(path: str | Path | None = None, name: str | None = None) -> StoreView:
    """Look at a store from outside, live or dead. Raises `NoStore` and `StoreUnavailable`."""
    return StoreView(settings_room.load({"path": path, "name": name}), SystemClock())
