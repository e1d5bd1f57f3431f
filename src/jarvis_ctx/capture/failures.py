"""Captures that could not be stored: counted, logged once a kind, told of, and not the orchestrator's problem."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from typing import Any

from jarvis_ctx.errors import JarvisError
from jarvis_ctx.journal import forks
from jarvis_ctx.model.run import RunRecord

log = logging.getLogger("jarvis_ctx")

LONGEST = 500
"""Characters of the last reason that are told."""

Append = Callable[[str, str, dict[str, Any]], object]


class CaptureFailures:
    """With `raises`, `count` raises the error it is given.

    They become events of the run once the journal takes one, so that others see them and the next start knows: in the
    run's own process by `tell`, now and then, and in its workers, where nothing runs in the background, by `count`.
    """

    def __init__(self, run: RunRecord, append: Append, *, raises: bool) -> None:
        self._raises, self._run, self._process, self._append = raises, run.id, run.process.pid, append
        self._lock = threading.Lock()
        forks.renew_lock(self)
        self._pid = os.getpid()
        self.total = self._told = 0
        self.last = ""
        self._logged: set[type[BaseException]] = set()

    def count(self, method: str, error: BaseException) -> None:
        """Note that capturing a call of `method` failed with `error`."""
        with self._lock:
            if self._pid != os.getpid():
                self._pid, self.total, self._told = os.getpid(), 0, 0  # The parent's are the parent's to tell.
            self.total += 1
            self.last = f"{method}: {error}"
            first = type(error) not in self._logged
            self._logged.add(type(error))
        if first:
            log.error("A call of %s was not captured, later ones of this kind are only counted: %s", method, error)
        if self._pid != self._process and self.total >= self._told * 2:
            self.tell()
        if self._raises:
            raise error

    def tell(self) -> None:
        """Say how many there are so far in this process, if there are more; where that fails, it is said later."""
        total, last = self.total, self.last
        if total <= self._told:
            return
        try:
            told = last[:LONGEST].encode(errors="backslashreplace").decode()
            self._append("CaptureFailed", self._run, {"count": total, "last": told})
            self._told = total
        except (JarvisError, OSError) as error:
            log.debug("That calls were not captured could not be said in the journal: %s", error)
