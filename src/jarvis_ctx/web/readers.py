"""Those who read the whole store: a few at the same time, so that all others have threads and disk left."""

from __future__ import annotations

import threading
from types import TracebackType

from jarvis_ctx.errors import TooManyReaders

MOST = 4
"""Requests that read the whole store, or wait for one that asks the same."""


class Readers:
    """Holds a place for as long as the block lasts. Safe in any thread."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._places = most, threading.BoundedSemaphore(most)

    def __enter__(self) -> None:
        """Raises `TooManyReaders`; nobody waits."""
        if not self._places.acquire(blocking=False):
            raise TooManyReaders(limit=self._most)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._places.release()
