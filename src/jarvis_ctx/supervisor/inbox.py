"""The signals that a supervisor gets, taken in one by one between two looks at its command."""

from __future__ import annotations

import os
import select
import signal
from types import FrameType

STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
"""What asks the supervisor, too, to end."""
FORWARDED = (*STOPPING, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH)


class Inbox:
    """Takes the signals over; one that was ignored when we were started (nohup) stays so. For the main thread."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        self._before = {n: signal.getsignal(n) for n in FORWARDED if signal.getsignal(n) != signal.SIG_IGN}
        for number in (*self._before, signal.SIGCHLD):
            signal.signal(number, _heard)

    def wait(self, seconds: float) -> list[signal.Signals]:
        """What has come, waited for that long at most."""
        if not select.select([self._reader], [], [], max(0.0, seconds))[0]:
            return []
        return [signal.Signals(number) for number in os.read(self._reader, 4096)]

    def close(self) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        os.close(self._reader)
        os.close(self._writer)


def _heard(number: int, frame: FrameType | None) -> None:
    """Nothing: the interpreter has written the number into the pipe before."""
