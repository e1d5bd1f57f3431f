"""Work done in a thread of its own, beside what its caller does meanwhile."""

from __future__ import annotations

import _thread
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Generic, TypeVar, cast

T = TypeVar("T")


@contextmanager
def beside(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Gives what waits for `work`, and returns or raises what it did; at the end the work is over, asked for or not,
    and so is its thread.

    Where no thread begins with it, as at the interpreter's end or for want of memory, the work is done when it is
    asked for, or at the end. `threading.Thread` would wait for ever for one that dies before it begins.
    """
    task = _Task(work)
    try:
        task.begin()
        yield task.result
    finally:
        try:
            task.wait()
        except KeyboardInterrupt:
            task.wait()  # Nothing of the work goes on when this is left; the interrupt itself goes on.
            raise


class _Task(Generic[T]):
    """Work that is done once, by whoever comes for it first: the thread, or its caller."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._results: list[T] = []
        self._errors: list[BaseException] = []
        self._claims: list[str] = []
        """Who came for the work; the first does it. An interrupt that comes in between leaves this true."""
        self._over = _thread.allocate_lock()
        """Held for as long as there is a thread."""

    def begin(self) -> None:
        """Start the thread, unless the interpreter is ending: it would free what a thread that begins late needs."""
        if not threading.main_thread().is_alive():
            return
        work = partial(self._do, "thread")
        # The thread lets go of it when it is over, also when it dies before it begins. Nothing is allocated then.
        self._let_go = weakref.ref(work, cast(Callable[[object], None], self._over.__exit__))
        self._over.acquire()
        with suppress(RuntimeError, MemoryError):
            _thread.start_new_thread(work, ())

    def wait(self) -> None:
        self._do("caller")
        with self._over:
            pass

    def result(self) -> T:
        self.wait()
        if self._errors:
            raise self._errors[0]
        return self._results[0]

    def _do(self, who: str) -> None:
        self._claims.append(who)
        if self._claims[0] != who or self._results or self._errors:
            return
        try:
            self._results.append(self._work())
        except BaseException as error:  # It is raised in the thread of whoever asks.
            self._errors.append(error)
