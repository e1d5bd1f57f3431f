"""The background: threads that keep up, each at its work again and again, less often while that goes wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable

from jarvis_ctx.journal.dying import never_wait

LONGEST_PAUSE = 5.0
"""Seconds between two turns at the most, while a work goes wrong."""


class Background:
    """Threads that can be stopped, and begun again."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, works: dict[str, tuple[float, Callable[[], bool]]]) -> None:
        """Start a thread for each: seconds between two turns, and a work that never raises and says if it went well."""
        self._stop.clear()
        for name, (pause, work) in works.items():
            thread = threading.Thread(target=self._keep, args=(pause, work), name=f"jarvis-ctx-{name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def _keep(self, interval: float, work: Callable[[], bool]) -> None:
        never_wait()
        pause = interval
        while not self._stop.wait(pause):
            try:
                well = work()
            except MemoryError:
                well = False  # There was none to tell of it either; the next turn must come all the same.
            pause = interval if well else min(pause * 2, LONGEST_PAUSE)

    def stop(self, timeout: float | None = None) -> None:
        """Let no new turn begin, and wait up to `timeout` seconds a thread for the ones under way."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout)
        self._threads.clear()

    def forget(self) -> None:
        """This is a forked child, where none of them runs."""
        self._threads.clear()
