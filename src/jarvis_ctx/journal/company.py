"""Callers who wait for the same sync share it: one makes it, and the others are done when it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

STEP = 0.00005
"""Seconds between two looks at whether callers still come."""
LOOKS = 10
PATIENCE = 1.0
"""Seconds after which a caller no longer relies on the other, whom an interrupt may have cut short."""


class Company:
    """Lets one of the waiting callers work for all. Safe in a signal handler in the middle of itself."""

    def __init__(self, done: Callable[[], int], appended: Callable[[], int], work: Callable[[int], None]) -> None:
        """`done` and `appended` tell the last number of each; `work(number)` does what is waited for, or raises."""
        self._done, self._appended, self._work = done, appended, work
        self._turns = threading.Condition(threading.RLock())
        self._at_work = 0
        """The thread that works, or 0."""
        self._waiting = 0

    def up_to(self, number: int) -> None:
        """Return once `number` is done. Raises what `work` raises."""
        me = threading.get_ident()
        with self._turns:
            company = self._wait(number, me)
            if self._done() >= number:
                return
        try:
            self._at_work = me
            if company:
                self._gather()
            self._work(number)
        finally:
            with self._turns:
                self._at_work = 0
                self._turns.notify_all()

    def _wait(self, number: int, me: int) -> bool:
        """Wait while another works and `number` is not done; whether this caller was not alone."""
        company = self._waiting > 0 or self._at_work not in (0, me)
        self._waiting += 1
        try:
            while self._done() < number and self._at_work not in (0, me):
                if not self._turns.wait(PATIENCE):
                    break
        finally:
            self._waiting -= 1
        return company

    def _gather(self) -> None:
        """Let those whom the last sync has let go append once more; they would have to wait for the next one."""
        for _ in range(LOOKS):
            before = self._appended()
            time.sleep(STEP)
            if self._appended() == before:
                return
