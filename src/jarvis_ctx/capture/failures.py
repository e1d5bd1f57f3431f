"""Captures that could not be stored: counted, logged once a kind, never the orchestrator's problem unless it asks."""

from __future__ import annotations

import logging
import threading

from jarvis_ctx.journal import forks

log = logging.getLogger("jarvis_ctx")


class CaptureFailures:
    """With `raises`, `count` raises the error it is given."""

    def __init__(self, *, raises: bool) -> None:
        self._raises = raises
        self._lock = threading.Lock()
        forks.renew_lock(self)
        self.total = 0
        self.last = ""
        self._logged: set[type[BaseException]] = set()

    def count(self, method: str, error: BaseException) -> None:
        """Note that capturing a call of `method` failed with `error`."""
        with self._lock:
            self.total += 1
            self.last = f"{method}: {error}"
            first = type(error) not in self._logged
            self._logged.add(type(error))
        if first:
            log.error("A call of %s was not captured, later ones of this kind are only counted: %s", method, error)
        if self._raises:
            raise error
