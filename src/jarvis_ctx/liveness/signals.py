"""A clean end on SIGTERM: a signal handler that only wakes a thread, where the program has none of its own."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable


class EndOnSignal:
    """Ends the run, then the process, by the signal it was sent.

    Installed only in the main thread and only where the default action stands; `at_end` runs in a thread of its own.
    """

    def __init__(self, at_end: Callable[[str], None]) -> None:
        self._at_end = at_end
        self._wake = threading.Event()
        self._received: signal.Signals | None = None
        self._installed: list[signal.Signals] = []
        self._thread = threading.Thread(target=self._end, name="jarvis-ctx-signals", daemon=True)

    def install(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, self._on_signal)
                self._installed.append(number)
        if self._installed:
            self._thread.start()

    def _on_signal(self, number: int, frame: object) -> None:
        # The default action is back at once: a second signal ends the process even if its end cannot be written.
        signal.signal(number, signal.SIG_DFL)
        self._received = signal.Signals(number)
        self._wake.set()

    def _end(self) -> None:
        self._wake.wait()
        if self._received is not None:
            try:
                self._at_end(self._received.name)
            finally:
                os.kill(os.getpid(), self._received)

    def remove(self) -> None:
        """Give the signals back, where nobody has taken them since."""
        if threading.current_thread() is threading.main_thread():
            for number in self._installed:
                if signal.getsignal(number) == self._on_signal:
                    signal.signal(number, signal.SIG_DFL)
            self._installed.clear()
        self._wake.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()
