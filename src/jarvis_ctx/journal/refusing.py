"""A lock that refuses the thread that holds it: a signal handler would wait for the very work it interrupts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from jarvis_ctx.errors import StoreInUse


class RefusingLock:
    """Other threads wait for it, as for any lock."""

    def __init__(self, path: str) -> None:
        """`path` is what it guards, as the error names it."""
        self._path, self._within = path, False
        self.lock = threading.RLock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Raises `StoreInUse` in the middle of this thread's own."""
        with self.lock:
            if self._within:
                raise StoreInUse(path=self._path)
            self._within = True
            try:
                yield
            finally:
                self._within = False

    @property
    def interrupted(self) -> bool:
        """Whether this very thread is in the middle of its own: a signal handler asks, say."""
        if not self.lock.acquire(blocking=False):
            return False
        try:
            return self._within
        finally:
            self.lock.release()
