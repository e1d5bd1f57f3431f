"""Makes a database that is damaged, gone or replaced anew while its run lives, from the files beside it."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis_ctx.checkpoint.keeper import Keeper
from jarvis_ctx.journal.dying import never_wait
from jarvis_ctx.journal.ended import at_work
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.liveness.leases import Leases
from jarvis_ctx.liveness.runfile import LOCK, RunFile, name_in
from jarvis_ctx.model.healed import Healed
from jarvis_ctx.sidecar.database import condemn, condemned, remove_half_made, verdict
from jarvis_ctx.sidecar.encryption import Encryption, wrapped
from jarvis_ctx.sidecar.opening import DATABASE, OpenStore
from jarvis_ctx.storage.sqlite.healing import SqliteHealing
from jarvis_ctx.storage.sqlite.store import SqliteStore

if TYPE_CHECKING:
    from jarvis_ctx.sidecar.rebuilding import RebuiltStore

log = logging.getLogger("jarvis_ctx")

LOOK = 2.0
"""Seconds between two looks at whether the file is still ours and nobody has run into damage."""

LOOK_THROUGH, SHARE = 600.0, 200
"""Seconds between two looks at all of it, which find what nobody ran into; at least so many times what one takes."""

FIRST_PAUSE, LONGEST_PAUSE = 4.0, 300.0
"""Seconds to the next try after one that came to nothing: twice as long each time, up to five minutes."""

MOST = 5
"""How often a run's database is made anew: a disk on which it rots again and again is not filled with copies."""

BREATH = 0.002
"""Seconds that captured calls have the interpreter to themselves after each segment."""


class Stopped(Exception):
    """The run ends; what is half made is left to the next start."""


class Healer:
    """One run's care for its database. `look` is called now and then; what takes long has a thread of its own."""

    def __init__(self, opened: OpenStore, journal: Journal, keeper: Keeper, leases: Leases) -> None:
        self._healing, self._ground, self._steady = opened.healing, opened.ground, opened.ground.clock.steady
        self._journal, self._keeper, self._leases = journal, keeper, leases
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._path = opened.ground.folder / DATABASE
        self._next = 0.0
        self._pause = FIRST_PAUSE
        self._look_through = self._steady() + LOOK_THROUGH
        self.healed = 0
        """How often it was made anew in this run."""

    @property
    def said(self) -> list[str]:
        """What is the matter with the database now, a sentence at most."""
        ill = self._healing is not None and self._healing.ailment()
        return [verdict(self._path) or f"{DATABASE}: {ill}."] if ill else []

    def look(self) -> None:
        """Begin to look through the file or to make it anew, where one of them is due."""
        healing, now = self._healing, self._steady()
        if healing is None or self._stop.is_set() or (self._thread is not None and self._thread.is_alive()):
            return
        through = healing.shrunk() or now >= self._look_through
        if through or (healing.ailment() and now >= self._next):
            self._thread = threading.Thread(
                target=self._work, args=(healing, through), name="jarvis-ctx-heal", daemon=True
            )
            self._thread.start()

    def _work(self, healing: SqliteHealing, through: bool) -> None:
        never_wait()
        try:
            if through:
                self._examine(healing)
            if (reason := healing.ailment()) and self._steady() >= self._next:
                self._next, self._pause = self._steady() + self._pause, min(self._pause * 2, LONGEST_PAUSE)
                self._heal(healing, reason)
        except Stopped:
            pass
        except Exception as error:  # The top of a thread: the run goes on in its journal, and health says why.
            self._note(f"It could not be made anew: {str(error) or type(error).__name__}", healing.ailment())

    def _examine(self, healing: SqliteHealing) -> None:
        began = self._steady()
        try:
            healing.examine()
        finally:
            took = self._steady() - began
            self._look_through = began + max(LOOK_THROUGH, SHARE * took)

    def _heal(self, healing: SqliteHealing, reason: str) -> None:
        if obstacle := self._obstacle():
            self._note(obstacle, reason)
            return
        self._note("It is being made anew from journal and archive.", reason)
        began, new = self._steady(), self._path.with_name(f"{DATABASE}.new")
        filled = self._fill(new)
        if obstacle := self._obstacle():  # Somebody came meanwhile.
            self._note(obstacle, reason)
            return
        self._breathe()
        aside = self._journal.exchange_store(lambda: healing.exchange(new))
        self._keeper.begin_anew()  # The new database may not have it, so the next one is put there whole.
        self._leases.put_back(self._leases.all())  # No file has them.
        told = {name: getattr(filled, name) for name in ("segments", "checkpoints", "events", "tasks", "steps", "runs")}
        seconds = round(self._steady() - began, 3)
        healed = Healed(reason=reason, aside=aside, seconds=seconds, damaged=filled.damaged, **told)
        self.healed += 1
        self._journal.append("DatabaseHealed", DATABASE, healed.body())
        condemned(self._path).unlink(missing_ok=True)  # Last: killed before, the next start makes it anew once more.
        log.warning("The database was made anew (%s); the old files are now %s", reason, aside)

    def _fill(self, new: Path) -> RebuiltStore:
        """Make the new database beside the old one; nobody's lock is held meanwhile."""
        from jarvis_ctx.sidecar.rebuilding import RebuiltStore, fill  # Hardly any run heals anything.
        from jarvis_ctx.sidecar.standstill import orchestrators

        ground, result = self._ground, RebuiltStore(path=str(self._path))
        result.orchestrators = orchestrators(ground.folder)
        remove_half_made(new)
        encryption = Encryption(seals=ground.seals, sealing=ground.sealing)
        store = wrapped(SqliteStore(new), ground.settings, encryption)
        try:
            fill(store, encryption, ground.folder, ground.settings, result, lambda done, of: self._breathe())
            store.events.sync()
        finally:
            store.close()
        return result

    def _obstacle(self) -> str:
        """Who else has the database open, or nothing: their connections would go on with the old file's log."""
        folder, own = self._ground.folder, self._journal.writer
        if self.healed >= MOST:
            return f"It was made anew {MOST} times in this run already, so the next start does it."
        names = {name for path in folder.glob("*") if (name := name_in(path.name, LOCK))} - {own.orchestrator}
        live = sorted(f"{name} (process {pid})" for name in names if (pid := RunFile(folder, name).live) is not None)
        live += sorted(f"writer {writer}" for writer in at_work(folder / "journal") - {own.writer})
        return f"It is made anew once nobody else has it open: {', '.join(live)}." if live else ""

    def _note(self, what: str, reason: str) -> None:
        said = f"{DATABASE} is not used: {reason}. Captured calls go on in the journal. {what}"
        try:
            condemn(self._path, said)
        except OSError as error:
            log.warning("The next start cannot be told that the database is damaged: %s", error)

    def _breathe(self) -> None:
        if self._stop.wait(BREATH):
            raise Stopped

    def wait(self, timeout: float = 10.0) -> None:
        """Return when nothing is under way any more."""
        if self._thread is not None:
            self._thread.join(timeout)

    def stop(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        self._stop.set()
        self.wait()

    def leave(self) -> None:
        """At the run's end: the next start makes anew what this run could not."""
        if self._healing is not None and (reason := self._healing.ailment()) and not condemned(self._path).exists():
            self._note("The next start makes it anew.", reason)
