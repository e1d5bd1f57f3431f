"""Work done in a thread of its own, beside what its caller does meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def beside(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Gives what waits for `work`, and returns or raises what it did; at the end the work is over, asked for or not.

    Where the interpreter starts no more threads, as at its end, the work is done when it is asked for, or at the end.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # It is raised in the thread of whoever asks.
            errors.append(error)

    thread = threading.Thread(target=run, name="jarvis-beside", daemon=True)
    with suppress(RuntimeError):
        thread.start()

    def wait() -> None:
        if thread.ident is not None:
            thread.join()
        elif not (results or errors):
            run()

    def result() -> T:
        wait()
        if errors:
            raise errors[0]
        return results[0]

    try:
        yield result
    finally:
        wait()
