"""One thread at a time is in a memory store, and nobody once it is closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.journal.refusing import RefusingLock

PATH = ":memory:"


class Gate:
    """Held for every call."""

    def __init__(self) -> None:
        self._lock, self._closed = RefusingLock(PATH), False

    def close(self) -> None:
        """Let nobody in any more."""
        with self._lock.lock:
            self._closed = True

    @contextmanager
    def held(self) -> Iterator[None]:
        """Raises `StoreInUse` in the middle of this thread's own, and `StoreUnavailable` once closed."""
        with self._lock.held():
            if self._closed:
                raise StoreUnavailable(path=PATH, reason="it is closed")
            yield
