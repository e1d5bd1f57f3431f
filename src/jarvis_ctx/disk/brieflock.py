"""A lock that is held for moments and waited for: between processes that change one small file in turn."""

from __future__ import annotations

import time
from pathlib import Path

from jarvis_ctx.disk.filelock import FileLock
from jarvis_ctx.errors import JournalUnavailable

LOOKS, PAUSE = 5000, 0.001


class BriefLock:
    """A context manager. Raises `JournalUnavailable` where there are no locks, or one is held for over 5 s."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path)

    def __enter__(self) -> None:
        for _ in range(LOOKS):
            if self._acquired():
                return
            time.sleep(PAUSE)
        raise JournalUnavailable(path=str(self._lock.path), reason="another process holds it for over 5 s")

    def _acquired(self) -> bool:
        try:
            return self._lock.acquire()
        except OSError as error:
            raise JournalUnavailable(path=str(self._lock.path), reason=error.strerror or str(error)) from error

    def __exit__(self, *exc: object) -> None:
        self._lock.release()
