"""One thread at a time is in a memory store, and nobody once it is closed."""

from __future__ import annotations

import threading
from types import TracebackType

from jarvis_ctx.errors import StoreInUse, StoreUnavailable

PATH = ":memory:"


class Gate:
    """Entered for every call; raises `StoreUnavailable` once closed, and `StoreInUse` in the middle of a call."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._closed = self._within = False

    def close(self) -> None:
        """Let nobody in any more."""
        with self._lock:
            self._closed = True

    def __enter__(self) -> None:
        self._lock.acquire()
        if self._within or self._closed:
            self._lock.release()
            raise StoreInUse(path=PATH) if self._within else StoreUnavailable(path=PATH, reason="it is closed")
        self._within = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._within = False
        self._lock.release()
