"""What a fork asks of a pen: to stand still for its moment, and to be another's in the child."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from jarvis_ctx.journal.dirty import Dirty
from jarvis_ctx.journal.segment import Segment


class Inherited:
    """The side of a `Writer` that `forks` sees: its lock, whether it is at work, and what its process has to finish."""

    __slots__ = ("_busy", "_forked", "_lock", "after_fork", "dirty", "segments")

    def __init__(self) -> None:
        self._lock, self._busy, self._forked = threading.RLock(), False, False
        self._begin_anew()
        self.after_fork: Callable[[], None] | None = None
        """Called by a forked child's first append; is to `begin` with a writer of the child's own."""

    def hold(self, patience: float) -> bool:
        """Keep appends out for the moment of a fork; False when one takes longer than `patience` seconds."""
        return self._lock.acquire(timeout=patience)

    def let_go(self) -> None:
        """Let appends in again."""
        self._lock.release()

    def inherited(self) -> None:
        """This is a forked child: whoever held the lock is not here, and the first append begins a pen of its own.

        Its parent goes on with what it has written: drains, syncs and seals it, and writes the rows of its tasks.
        """
        self._lock, self._busy, self._forked = threading.RLock(), False, True
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.segments: deque[Segment] = deque()
        """Those not yet given up, in order."""
        self.dirty = Dirty()
        """Tasks changed since the drain last wrote them to their table."""

    def _begin_in_child(self) -> None:
        if self.after_fork is not None:
            self.after_fork()
        self._forked = False  # Only now: what is still inherited is the parent's pen, which nobody else may use.
