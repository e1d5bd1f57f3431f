"""The drain role: of all processes one drains, in one thread at a time, what its own and other writers appended."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from jarvis_ctx.disk.filelock import FileLock
from jarvis_ctx.errors import StoreInUse, StoreUnavailable
from jarvis_ctx.journal.drain import RECORDS, OwnDrain
from jarvis_ctx.journal.others import OthersDrain
from jarvis_ctx.journal.refusing import RefusingLock
from jarvis_ctx.journal.writer import Writer

T = TypeVar("T")


class Draining:
    """Moves events into the store while the role is ours or free, and follows whoever else has it."""

    def __init__(self, folder: Path, writer: Writer, own: OwnDrain, others: OthersDrain) -> None:
        """`folder` is the store's."""
        self._folder, self._writer, self.own, self._others = folder, writer, own, others
        self.role = FileLock(folder / "drain.lock")
        self._lock = RefusingLock(str(folder))
        self._exchanges, self._lacking = 0, False
        self.error = ""
        """Why nothing was drained the last time; empty when something was."""

    @property
    def damaged(self) -> list[str]:
        """Segments of others that could not be read to their end."""
        return self._others.damaged

    def once(self) -> int:
        """Move one batch if the drain role is ours, or free; returns how many events. Raises `StoreUnavailable`."""
        if self._writer.interrupted:  # Whoever drains at the moment may be waiting for the pen that we hold.
            raise StoreInUse(path=str(self._folder))
        with self._lock.held():  # Whoever was interrupted goes on with it.
            try:
                return self._step()
            except OSError as error:
                raise self._unavailable(error.strerror or str(error)) from error

    @property
    def interrupted(self) -> bool:
        """Whether this very thread is in the middle of a batch."""
        return self._lock.interrupted

    def _step(self) -> int:
        if self._writer.overtaken:
            self.role.release()  # What an overtaken run wrote is for its successor to judge.
            return 0
        if not self.own.drains or not self.role.acquire():
            self.own.follow()
            return 0
        fences, cut = self._writer.state.fences, self._writer.state.cut
        moved = self._others.catch_up(fences, cut)
        if self._others.caught_up:  # A store that has a number of ours is taken to have all before it.
            if self._lacking:
                self.own.look()
                self._lacking = False
            moved = self._others.step(fences) + self.own.step()
        self.error = ""
        return moved

    def flush(self, timeout: float) -> None:
        """Return once the store has every event appended before, and the tasks as they then were.

        Raises `StoreUnavailable` when it takes longer than `timeout` seconds, `Fenced` when a newer run has begun.
        """
        target, deadline = self._writer.number, time.monotonic() + timeout
        records = self._writer.dirty.unwritten
        while self.own.number < target or records > 0:
            moved, behind = self.once(), max(target - self.own.number, 0)
            records -= RECORDS
            if behind and not moved and self._writer.overtaken:
                raise self._writer.fenced()
            if (behind or records > 0) and time.monotonic() > deadline:
                # Also where each turn moves something: others may say more than the store takes.
                left = f"{behind} events" if behind else "all changed tasks"
                raise self._unavailable(f"{left} were not drained within {timeout} s")
            if behind and not moved:
                time.sleep(0.005)

    def rest(self, timeout: float) -> None:
        """Move what anybody has said, for at most so many seconds, if the role is ours or free. Raises as `once`."""
        deadline = time.monotonic() + timeout
        while self.once() and time.monotonic() < deadline:
            pass

    def exchange(self, exchange: Callable[[], T]) -> T:
        """Let `exchange` put another database in the store's place while nothing is drained; it gets what it lacks."""
        with self._lock.lock:
            self._exchanges, self._lacking = self._exchanges + 1, True
            self.own.begin_anew()  # Whether the exchange succeeds or not: what is there already is not written twice.
            self._others.begin_anew()
            exchanged = exchange()
            with suppress(StoreUnavailable):  # Whoever asks `settled`, or the next turn, goes on with it.
                self.settled()
            return exchanged

    def settled(self) -> int:
        """How often another database has taken the store's place, once this one has what it lacked at first.

        What was read between two equal numbers was read from a store that has all it ever had. Raises
        `StoreUnavailable` while it cannot be given what it lacks.
        """
        while self._lacking:
            with self._lock.lock:
                if not self.once() and self._lacking:
                    raise self._unavailable("it is new, and was not yet given all that the one before it had")
        return self._exchanges

    def inherited(self) -> None:
        """In a forked child: whoever held the lock is not here, and our parent drains what it has said."""
        self.own.drains, self._lacking = False, False
        self._lock = RefusingLock(str(self._folder))

    def let_go(self) -> None:
        """Leave the role to others."""
        self.role.release()

    def _unavailable(self, reason: str) -> StoreUnavailable:
        return StoreUnavailable(path=str(self._folder), reason=reason)
