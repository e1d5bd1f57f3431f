"""What waiting together promises: one works for all, and nobody waits for somebody who has given up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from jarvis_ctx.journal.company import Company


class Work:
    """Counts how often it is done; each time, everything appended by then is."""

    def __init__(self, during: Callable[[], object] = lambda: None) -> None:
        self.done, self.appended, self.times, self.during = 0, 0, 0, during
        self.company = Company(lambda: self.done, lambda: self.appended, self)

    def __call__(self, number: int) -> None:
        self.times, reached = self.times + 1, self.appended
        self.during()
        self.done = reached


def test_all_who_come_while_one_works_share_the_next_turn() -> None:
    came = threading.Semaphore(0)
    work = Work(during=lambda: came.acquire(timeout=10))
    work.appended = 1

    with ThreadPoolExecutor(17) as threads:
        first = threads.submit(work.company.up_to, 1)
        while not work.times:
            pass
        work.appended = 17
        others = [threads.submit(work.company.up_to, number) for number in range(2, 18)]
        while work.company._waiting < 16:
            pass
        came.release(2)

    assert [future.exception() for future in (first, *others)] == [None] * 17
    assert (work.done, work.times) == (17, 2)


def test_a_handler_in_the_middle_of_the_work_does_not_wait_for_itself() -> None:
    work = Work()
    work.appended, nested = 1, iter([True])
    work.during = lambda: next(nested, False) and work.company.up_to(1)

    work.company.up_to(1)

    assert (work.done, work.times) == (1, 2)


def test_each_who_waits_is_told_of_a_failure_by_trying_itself() -> None:
    errors = iter([OSError("planted")])
    work = Work(during=lambda: raise_next(errors))
    work.appended = 1
    with pytest.raises(OSError, match="planted"):
        work.company.up_to(1)

    work.company.up_to(1)

    assert (work.done, work.times) == (1, 2)


def raise_next(errors: Iterator[OSError]) -> None:
    for error in errors:
        raise error
