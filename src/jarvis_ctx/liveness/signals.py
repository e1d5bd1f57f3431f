"""A clean end on SIGTERM: a signal handler that only wakes a thread, where the program has none of its own."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from weakref import WeakSet

from jarvis_ctx.liveness.wakeup import Wakeup

SIGNALS = (signal.SIGTERM, signal.SIGINT)

POKE = 0.05
"""Seconds after which a main thread that has not noticed a signal is sent it again."""

PATIENCE = 5.0
"""Seconds after which a main thread that never runs Python (in a long call of an extension) is not waited for."""


class EndOnSignal:
    """Ends the run, then the process, by the signal it was sent.

    Installed only in the main thread and only where the default action stands; `at_end` runs in a thread of its own.
    An event loop that takes a signal leaves the default action behind: `lost` then, and `renew` takes it again.
    A forked child gets the default action back: its end is not the run's.
    """

    def __init__(self, at_end: Callable[[str], None]) -> None:
        self._at_end = at_end
        self._pid = os.getpid()
        self._wake = threading.Event()
        self._received: signal.Signals | None = None
        self._active = self._removed = False
        self._installed: list[signal.Signals] = []
        self._wakeup: Wakeup | None = None
        self._thread = threading.Thread(target=self._end, name="jarvis-ctx-signals", daemon=True)

    def install(self) -> None:
        if threading.current_thread() is threading.main_thread():
            self._active = True
            self.renew()

    @property
    def lost(self) -> bool:
        """Whether the default action stands for a signal, in a process that is not ending; asked from any thread."""
        ours = self._active and not self._removed and self._received is None and os.getpid() == self._pid
        return ours and any(signal.getsignal(number) is signal.SIG_DFL for number in SIGNALS)

    def renew(self) -> None:
        """Take the signals for which the default action stands. Outside the main thread it does nothing."""
        if not self.lost or threading.current_thread() is not threading.main_thread():
            return
        for number in SIGNALS:
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, self._on_signal)
                self._installed.append(number)
        begins, self._wakeup = self._wakeup is None, self._wakeup or Wakeup()
        self._wakeup.take()
        if begins:
            self._thread.start()
            _installed.add(self)

    def _on_signal(self, number: int, frame: object) -> None:
        # The default action is back at once: a second signal ends the process even if its end cannot be written.
        signal.signal(number, signal.SIG_DFL)
        self._received = signal.Signals(number)
        self._wake.set()
        if self._wakeup is not None:
            self._wakeup.stop()
        if self._removed or os.getpid() != self._pid:
            os.kill(os.getpid(), number)  # No thread waits for it: the run is over, or not this process's.

    def _end(self) -> None:
        self._hear()
        if self._received is not None:
            try:
                self._at_end(self._received.name)
            finally:
                _end_process(self._received)

    def _hear(self) -> None:
        """Return once a signal of ours has come, or the watch is over."""
        if self._wakeup is None or not self._wakeup.ours:
            self._wake.wait()
        while not self._wake.is_set() and self._wakeup is not None:
            for number in self._wakeup.wait():
                if number in self._installed:
                    self._insist(signal.Signals(number))

    def _insist(self, number: signal.Signals) -> None:
        """See that the main thread notices a signal; one that cannot is not waited for."""
        main, tries = threading.main_thread().ident, int(PATIENCE / POKE)
        while not self._wake.wait(POKE) and signal.getsignal(number) == self._on_signal:
            signal.pthread_kill(main or 0, number)
            tries -= 1
            if tries == 0:
                self._received = number
                self._wake.set()

    def give_back(self) -> None:
        """Restore the default action, where nobody has taken the signals since; only the main thread may."""
        for number in set(self._installed):
            if signal.getsignal(number) == self._on_signal:
                signal.signal(number, signal.SIG_DFL)
        self._installed.clear()
        if self._wakeup is not None:
            self._wakeup.give_back()

    def remove(self) -> None:
        """Give the signals back; one that has come before ends the process, as soon as `at_end` is through.

        To be called without holding what `at_end` waits for.
        """
        self._removed = True
        _installed.discard(self)
        if threading.current_thread() is threading.main_thread():
            self.give_back()
        self._wake.set()
        if self._wakeup is not None:
            self._wakeup.stop()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()
        self.close()

    def close(self) -> None:
        """Close what the thread has read from; it has ended, or this is a forked child, where it is not."""
        if self._wakeup is not None:
            self._wakeup.close()
            self._wakeup = None


def _end_process(number: signal.Signals) -> None:
    """End by the signal; where its default action cannot be restored, with the exit code a shell gives it."""
    tries = int(PATIENCE / POKE)
    while tries:
        os.kill(os.getpid(), number)
        threading.Event().wait(POKE)
        tries -= 1
    os._exit(128 + number)


# A fork concerns the whole process, so the process must know whose handlers a child inherits.
_installed: WeakSet[EndOnSignal] = WeakSet()
_masks = threading.local()


def _before() -> None:
    # Signals wait for the moment of the fork: the interpreter forgets one that reaches a child before it is ready.
    _masks.before = None
    if _installed:
        _masks.before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


def _after() -> None:
    if _masks.before is not None:
        signal.pthread_sigmask(signal.SIG_SETMASK, _masks.before)


def _in_child() -> None:
    for watch in list(_installed):
        watch.give_back()
        watch.close()
    _installed.clear()
    _after()


os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_in_child)
