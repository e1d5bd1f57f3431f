"""Work done in a thread of its own, beside what its caller does meanwhile."""

from __future__ import annotations

import _thread
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Generic, TypeVar

T = TypeVar("T")


@contextmanager
def beside(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Gives what waits for `work`, and returns or raises what it did; at the end the work is over, asked for or not.

    Where no thread begins with it, as at the interpreter's end or for want of memory, the work is done when it is
    asked for, or at the end. `threading.Thread` would wait for ever for one that dies before it begins.
    """
    task = _Task(work)
    try:
        with suppress(RuntimeError, MemoryError):
            _thread.start_new_thread(task.in_thread, ())
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
        self._done = _thread.allocate_lock()
        self._done.acquire()

    def in_thread(self) -> None:
        try:
            self._do("thread")
        finally:
            self._done.release()

    def wait(self) -> None:
        self._do("caller")
        if self._claims[0] == "thread":
            with self._done:
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
