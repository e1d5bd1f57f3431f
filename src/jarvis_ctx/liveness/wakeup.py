"""Hears that a signal has come from the interpreter's C handler, at a moment when no Python handler runs yet.

A Python handler runs in the main thread, between two bytecodes. A signal that comes just before that thread waits for a
lock, or that the system gave to another thread, does not wake it: the handler then runs when the wait ends, or never.
"""

from __future__ import annotations

import os
import signal
import sys


class Wakeup:
    """The read end of the interpreter's wakeup descriptor, where nobody else (asyncio's loop) has it.

    To be taken and given back in the main thread. Trio warns of a descriptor that was taken before its own, so in a
    program that uses Trio it is left alone.
    """

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self.ours = False

    def take(self) -> None:
        """Take the descriptor unless somebody has it; again, after somebody had."""
        if "trio" not in sys.modules:
            taken = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
            self.ours = taken in (-1, self._writer)
            if not self.ours:
                signal.set_wakeup_fd(taken)

    def wait(self) -> bytes:
        """The numbers of the signals that came since; `b"\\0"` after `stop`. Blocks."""
        return os.read(self._reader, 64)

    def stop(self) -> None:
        """Wake whoever waits."""
        os.write(self._writer, b"\0")

    def give_back(self) -> None:
        """Let go of the descriptor, unless somebody has taken it since."""
        if self.ours:
            taken = signal.set_wakeup_fd(-1)
            if taken != self._writer:
                signal.set_wakeup_fd(taken)
        self.ours = False

    def close(self) -> None:
        """Close the pipe; only after `give_back`, as the C handler would write to whatever has its number then."""
        if not self.ours:
            os.close(self._reader)
            os.close(self._writer)
