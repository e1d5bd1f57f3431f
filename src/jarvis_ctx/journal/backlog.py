"""Bounds what waits in the journal: where the store is far behind, callers wait a little at each new segment."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

log = logging.getLogger("jarvis_ctx")

PAUSE = 0.005
"""Seconds between two looks."""


class Backlog:
    """A caller that has begun a segment waits until less than `limit` bytes are undrained, but only `patience` seconds.

    So a store that is away for long slows the orchestrator to a segment in `patience` seconds, and never stops it.
    """

    def __init__(self, undrained: Callable[[], int], limit: int, patience: float) -> None:
        self._undrained, self._limit, self._patience = undrained, limit, patience
        self.waits = 0
        self.seconds = 0.0
        """How long callers have waited in all."""

    def wait(self) -> None:
        """Return when there is room, or patience is at its end."""
        if self._undrained() <= self._limit:
            return
        began = time.monotonic()
        if not self.waits:
            log.warning("More than %d bytes wait in the journal: calls are slowed down until some drain", self._limit)
        self.waits += 1
        while self._undrained() > self._limit and time.monotonic() - began < self._patience:
            time.sleep(PAUSE)
        self.seconds += time.monotonic() - began
