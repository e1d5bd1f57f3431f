"""Work done in a thread of its own, beside what its caller does meanwhile."""

from __future__ import annotations

import _thread
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def beside(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Gives what waits for `work`, and returns or raises what it did; at the end the work is over, asked for or not.

    Where no thread begins with it, as at the interpreter's end or for want of memory, the work is done when it is
    asked for, or at the end. `threading.Thread` would wait for ever for one that dies before it begins.
    """
    results: list[T] = []
    errors: list[BaseException] = []
    claims: list[str] = []
    """Who came for the work; the first does it. An interrupt that comes in between leaves this true."""
    done = _thread.allocate_lock()
    done.acquire()

    def run(who: str) -> None:
        claims.append(who)
        if claims[0] != who or results or errors:
            return
        try:
            results.append(work())
        except BaseException as error:  # It is raised in the thread of whoever asks.
            errors.append(error)

    def aside() -> None:
        try:
            run("thread")
        finally:
            done.release()

    def wait() -> None:
        run("caller")
        if claims[0] == "thread":
            with done:
                pass

    def result() -> T:
        wait()
        if errors:
            raise errors[0]
        return results[0]

    try:
        with suppress(RuntimeError, MemoryError):
            _thread.start_new_thread(aside, ())
        yield result
    finally:
        try:
            wait()
        except KeyboardInterrupt:
            wait()  # Nothing of the work goes on when this is left; the interrupt itself goes on.
            raise
