"""One lock for all of a memory store, and the word that it is closed."""

from __future__ import annotations

import threading
from types import TracebackType

from jarvis_ctx.errors import StoreUnavailable

PATH = ":memory:"


class Gate:
    """Entered for every call; raises `StoreUnavailable` once closed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = False

    def close(self) -> None:
        """Let nobody in any more."""
        with self._lock:
            self._closed = True

    def __enter__(self) -> None:
        self._lock.acquire()
        if self._closed:
            self._lock.release()
            raise StoreUnavailable(path=PATH, reason="it is closed")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._lock.release()
