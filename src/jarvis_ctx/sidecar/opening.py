"""Opens what lies on disk: the folder, the marks, the key and the database, moving aside what is damaged."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.clock import Clock, seconds
from jarvis_ctx.codec import sign
from jarvis_ctx.codec.sign import Key
from jarvis_ctx.disk import files, place
from jarvis_ctx.errors import CorruptData, JarvisError, JournalUnavailable, NotTheOwner
from jarvis_ctx.journal.marks import Marks
from jarvis_ctx.journal.values import FOLDER as VALUES
from jarvis_ctx.liveness.exceptions import FaultDump
from jarvis_ctx.liveness.marker import CrashMarker
from jarvis_ctx.liveness.orphans import refuse_orphans
from jarvis_ctx.liveness.runfile import RunFile
from jarvis_ctx.recovery.ground import Ground
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.database import open_database
from jarvis_ctx.sidecar.encryption import Encryption, encrypted
from jarvis_ctx.sidecar.encryption_note import keep
from jarvis_ctx.storage.sqlite.healing import SqliteHealing
from jarvis_ctx.storage.sqlite.store import SqliteStore

if TYPE_CHECKING:
    from jarvis_ctx.storage.memory.store import MemoryStore

DATABASE = "jarvis_context.db"
log = logging.getLogger("jarvis_ctx")

T = TypeVar("T")
FORGOTTEN = 3600.0
"""Seconds after which a half-made file is nobody's: until then another orchestrator of the store may be writing it."""


@contextmanager
def reached(folder: Path) -> Iterator[None]:
    """Raises `JournalUnavailable`, which is an `OSError`, for what the file system answers within."""
    try:
        yield
    except JarvisError:
        raise  # Some of ours are OSErrors too, and have said already what is the matter.
    except OSError as error:
        reason = f"{error.strerror or error}" + (f" ({error.filename})" if error.filename else "")
        raise JournalUnavailable(path=str(folder), reason=reason) from error


class OpenStore:
    """One orchestrator's place in a store, opened by its one live run."""

    def __init__(self, settings: Settings, clock: Clock, *, joining: bool = False) -> None:
        """`joining`: the run is another process's, which holds its lock and mends what is damaged.

        Raises `UnsafeFolder`, `AlreadyRunning`, `NotTheOwner` (a worker left over from the run that died),
        `NewerSchema`, `StoreUnavailable`, `JournalUnavailable`; joining, `CorruptData`, too.
        """
        with reached(settings.folder):
            self.damage: list[str] = []
            self.healing: SqliteHealing | None = None
            """How the database is made anew while it is in use; None where there is none, or it is not ours to."""
            self.runfile = RunFile(settings.folder, settings.name)
            if not joining:
                self._claim(settings)
            self._open_all(settings, clock, joining)

    def _claim(self, settings: Settings) -> None:
        for sentence in place.warnings(settings.path, settings.folder):
            log.warning("%s", sentence)
        files.private_folder(settings.folder)
        refuse_orphans(self.runfile)
        self.runfile.claim()
        try:
            refuse_orphans(self.runfile)  # Again: one whose orchestrator died in this moment would be its successor.
        except NotTheOwner:
            self.runfile.release()
            raise

    def _open_all(self, settings: Settings, clock: Clock, joining: bool) -> None:
        self._opened = ExitStack()
        self._opened.callback(self.runfile.release)
        try:
            self.ground = (self._join if joining else self._open)(settings.folder, settings, clock)
        except BaseException:
            # Whatever stopped the opening goes on to the caller; nothing stays open behind it.
            self.close()
            raise

    def _open(self, folder: Path, settings: Settings, clock: Clock) -> Ground:
        journal = files.private_folder(folder / "journal")
        checkpoints = files.private_folder(folder / "checkpoints")
        for swept in (folder, checkpoints, journal, journal / VALUES, journal / "archive"):
            files.sweep_temporaries(swept, before=seconds(clock.wall()) - FORGOTTEN)
        mapped = _mapped(settings, journal)
        marks = self._or_moved_aside(journal / "marks", lambda: Marks(journal / "marks", mapped=mapped))
        self._opened.callback(marks.close)
        engine = _in_memory() if settings.store == "memory" else open_database(folder / DATABASE, self.damage)
        self.healing = engine.healing if isinstance(engine, SqliteStore) else None
        self._opened.callback(engine.close)
        self.store, encryption = encrypted(engine, settings)
        if encryption.seals is not None:
            keep(settings, encryption.seals)
        key = self._or_moved_aside(folder / "secret.key", lambda: sign.load_or_create_key(folder / "secret.key"))
        return self._ground(folder, settings, clock, marks, key, encryption)

    def _join(self, folder: Path, settings: Settings, clock: Clock) -> Ground:
        journal = folder / "journal"
        marks = Marks(journal / "marks", mapped=_mapped(settings, journal))
        self._opened.callback(marks.close)
        engine = _in_memory() if settings.store == "memory" else SqliteStore(folder / DATABASE)
        self._opened.callback(engine.close)
        self.store, encryption = encrypted(engine, settings)
        key = sign.load_or_create_key(folder / "secret.key")
        return self._ground(folder, settings, clock, marks, key, encryption)

    def _ground(
        self, folder: Path, settings: Settings, clock: Clock, marks: Marks, key: Key, encryption: Encryption
    ) -> Ground:
        return Ground(
            folder=folder,
            settings=settings,
            clock=clock,
            store=self.store,
            marks=marks,
            mapped=_mapped(settings, folder / "journal"),
            files=CheckpointFiles(folder, settings.name, key, encryption.seals),
            runfile=self.runfile,
            marker=CrashMarker(folder),
            faults=FaultDump(folder / f"run-{settings.name}.fault"),
            key=key,
            damage=self.damage,
            seals=encryption.seals,
            sealing=encryption.sealing,
        )

    def _or_moved_aside(self, path: Path, open_it: Callable[[], T]) -> T:
        try:
            return open_it()
        except CorruptData as error:
            aside = files.move_aside(path, "damaged")
            self.damage.append(f"{error} It was moved to {aside.name}.")
            return open_it()

    def close(self) -> None:
        """Let go of everything, the run lock last, and whatever one of them runs into."""
        self._opened.close()


def _mapped(settings: Settings, journal: Path) -> bool:
    return settings.segment_io == "mmap" or (settings.segment_io == "auto" and place.safe_to_map(journal))


def _in_memory() -> MemoryStore:
    from jarvis_ctx.storage.memory.store import MemoryStore

    return MemoryStore()
