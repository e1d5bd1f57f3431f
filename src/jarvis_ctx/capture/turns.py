"""A turn that one holder has at a time: among the threads of this process, and among all processes of a store."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from jarvis_ctx.disk.filelock import FileLock
from jarvis_ctx.journal import forks

POLL = 0.01
"""Seconds between two looks whether another process has let go."""


class Turn:
    """Taken and given back by any thread; the death of its holder's process gives it back, too."""

    def __init__(self, path: Path | None = None) -> None:
        """`path` is the lock between processes, a file that nothing else opens; without it there is this process."""
        self._between = FileLock(path) if path is not None else None
        self._lock = threading.Lock()
        forks.renew_lock(self)

    def take(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds for it; whether it was got. Raises `OSError` where the file cannot be opened."""
        deadline = time.monotonic() + timeout
        if not self._lock.acquire(timeout=timeout):
            return False
        got = False
        try:
            while not (got := self._others_let_go()) and (left := deadline - time.monotonic()) > 0:
                time.sleep(min(POLL, left))
        finally:
            if not got:
                self._lock.release()
        return got

    def _others_let_go(self) -> bool:
        return self._between is None or self._between.acquire()

    def give_back(self) -> None:
        """Let the next one have it. In a process that was forked by its holder there is nothing to give back."""
        if self._lock.locked():
            if self._between is not None:
                self._between.release()
            self._lock.release()
