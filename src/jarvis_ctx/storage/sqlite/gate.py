"""One thread at a time uses a connection, and a signal handler in the middle of that is not made to wait for itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jarvis_ctx.errors import StoreInUse


class Gate:
    """Entered for every use of a connection."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.RLock()
        self._path, self._within = path, False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within it nobody else is. Raises `StoreInUse` where a signal handler or a finaliser has come back to it."""
        with self.lock:
            if self._within:
                raise StoreInUse(path=str(self._path))
            self._within = True
            try:
                yield
            finally:
                self._within = False
