"""Acknowledges a call when the store has committed it for good; callers that wait together share one commit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from jarvis_ctx.errors import DurabilityUnknown, StoreInUse, StoreUnavailable
from jarvis_ctx.journal.ports import EventStore

PAUSE = 0.01
"""Seconds between two tries while the store cannot be used, or another process drains for us."""


class StoreAcknowledge:
    """What `durability="store"` waits for: drained, then synced by the store itself. Safe in any thread."""

    def __init__(
        self, writer: str, drain: Callable[[], int], drained: Callable[[], int], store: EventStore, patience: float
    ) -> None:
        """`drain` moves one batch and raises `StoreUnavailable`; `drained` is the last number the store has."""
        self._writer, self._drain, self._drained = writer, drain, drained
        self._store, self._patience = store, patience
        self._lock = threading.RLock()  # A signal handler may say something in the middle of a commit.
        self._within = False
        self.number = 0
        """The last number that the store has for good."""
        self.commits = 0

    def up_to(self, number: int) -> None:
        """Return once the store has `number` for good. Raises `DurabilityUnknown` after `patience` seconds; at once in
        the middle of this very thread's work with the store, from a signal handler or a finaliser.
        """
        deadline = time.monotonic() + self._patience
        if self.number >= number:
            return
        if not self._lock.acquire(timeout=self._patience):
            raise self._unknown(number, "other callers were waiting for the store")
        try:
            if self._within:
                raise self._at_once(number)
            self._within = True
            try:
                self._commit(number, deadline)
            finally:
                self._within = False
        finally:
            self._lock.release()

    def of(self, writer: str, number: int) -> None:
        """`up_to`, also for another writer: a forked child, or an earlier run. Raises `DurabilityUnknown`."""
        if writer == self._writer:
            return self.up_to(number)
        deadline, reason = time.monotonic() + self._patience, "nobody has drained it yet"
        while True:
            try:
                self._drain()
                if self._store.watermarks().get(writer, 0) >= number:
                    self._store.sync()
                    return None
            except StoreInUse as error:
                raise self._at_once(number, writer) from error
            except StoreUnavailable as error:
                reason = str(error)
            if time.monotonic() > deadline:
                raise self._unknown(number, reason, writer)
            time.sleep(PAUSE)

    def _commit(self, number: int, deadline: float) -> None:
        while self.number < number:
            reason = self._try(number, deadline)
            if reason and time.monotonic() > deadline:
                raise self._unknown(number, reason)
            if reason:
                time.sleep(PAUSE)

    def _try(self, number: int, deadline: float) -> str:
        """Why the store does not have `number` for good yet; empty when it has."""
        try:
            while self._drained() < number:
                moved = self._drain()
                if self._drained() < number and not moved:
                    return "another process drains the journal, and has not come this far"
                if self._drained() < number and time.monotonic() > deadline:
                    return "there was more to drain before it than that took"
            reached = self._drained()
            self._store.sync()
        except StoreInUse as error:
            raise self._at_once(number) from error
        except StoreUnavailable as error:
            return str(error)
        self.number, self.commits = reached, self.commits + 1
        return ""

    def _unknown(self, number: int, reason: str, writer: str = "") -> DurabilityUnknown:
        operation = f"{writer or self._writer}:{number}"
        return DurabilityUnknown(operation_id=operation, seconds=self._patience, reason=reason)

    def _at_once(self, number: int, writer: str = "") -> DurabilityUnknown:
        reason = "it was said in the middle of a commit, which cannot wait for itself"
        return DurabilityUnknown(operation_id=f"{writer or self._writer}:{number}", seconds=0, reason=reason)
