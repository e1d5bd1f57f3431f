"""The end of a run, part by part: what an interrupt cuts short, the next call goes on with."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeAlias

from jarvis_ctx.errors import JarvisError
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.model.run import RunRecord

log = logging.getLogger("jarvis_ctx")

Part: TypeAlias = tuple[str, Callable[[], object]]
"""What is the case without this part of the end, and its work, which may be begun a second time."""


class Ending:
    """Does the parts in their order; one that is through is not done again. Safe in any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # A signal handler may close in the middle of a close.
        self._within = False
        self._left: deque[Part] | None = None
        self.done = False

    def go_on(self, parts: Callable[[], list[Part]]) -> None:
        """Do what is left of `parts`, asked for once, and return when the run is over.

        In the middle of itself (from a signal handler) it returns at once: whoever was interrupted goes on.
        """
        with self._lock:
            if self._within:
                return
            try:
                self._within = True
                if self._left is None:
                    self._left = deque(parts())
                while self._left:
                    _try(*self._left[0])
                    self._left.popleft()
                self.done = True
            finally:
                self._within = False


def _try(otherwise: str, work: Callable[[], object]) -> None:
    """Do one part of a run's end; none keeps the others from being tried."""
    try:
        work()
    except (JarvisError, OSError, MemoryError, ImportError) as error:  # Without memory no library can be loaded.
        log.warning("%s: %s", otherwise, error)


def write_end(journal: Journal, run: RunRecord, last: dict[str, Any], dying: bool) -> None:
    """Write the run's last event, once, however often an interrupt cuts it short."""
    writer = journal.writer
    writer.committed()  # Writes what an interrupted try has left queued.
    if writer.state.runs[run.id].ended is not None:
        return
    if writer.put_down in ("closed", "dying"):
        writer.put_down = ""  # The interrupt took the event, but not the pen.
    journal.finish(last, dying=dying)
