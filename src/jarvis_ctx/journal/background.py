"""The background: threads that keep up, each at its work again and again, less often while that takes long or fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from jarvis_ctx.journal.dying import never_wait

LONGEST_PAUSE = 5.0
"""Seconds between two turns at the most, while a work goes wrong."""
REST = 20
"""A work may rest this many times as long as its last turn took."""


class Work(NamedTuple):
    """`turn` never raises and says if it went well; `pause` seconds lie between two, `longest` after a long one."""

    turn: Callable[[], bool]
    pause: float
    longest: float

    def pause_after(self, spent: float) -> float:
        """Seconds until the next turn, after one that went well and took so many."""
        return max(self.pause, min(REST * spent, self.longest))


class Background:
    """Threads that can be stopped, and begun again."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, works: dict[str, Work]) -> None:
        """Start a thread for each."""
        self._stop.clear()
        for name, work in works.items():
            thread = threading.Thread(target=self._keep, args=(work,), name=f"jarvis-ctx-{name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def _keep(self, work: Work) -> None:
        never_wait()
        pause = work.pause
        while not self._stop.wait(pause):
            began = time.monotonic()
            try:
                well = work.turn()
            except MemoryError:
                well = False  # There was none to tell of it either; the next turn must come all the same.
            pause = work.pause_after(time.monotonic() - began) if well else min(pause * 2, LONGEST_PAUSE)

    def stop(self, timeout: float | None = None) -> None:
        """Let no new turn begin, and wait up to `timeout` seconds a thread for the ones under way."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout)
        self._threads.clear()

    def forget(self) -> None:
        """This is a forked child, where none of them runs."""
        self._threads.clear()
