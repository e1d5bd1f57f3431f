"""Work beside the caller's is over when the block is, and its failure is the caller's."""

from __future__ import annotations

import _thread
import threading

import pytest

from jarvis_ctx.disk.beside import beside


def test_work_goes_on_while_its_caller_does_something_else() -> None:
    met = threading.Barrier(2, timeout=30)

    with beside(lambda: met.wait() + 1) as result:
        mine = met.wait() + 1

    assert sorted((mine, result())) == [1, 2]


def test_what_the_work_raised_reaches_whoever_asks() -> None:
    def work() -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"), beside(work) as result:
        result()


def test_the_work_is_over_when_its_caller_fails() -> None:
    done = list[int]()

    with pytest.raises(ValueError, match="mine"), beside(lambda: done.append(1)):
        raise ValueError("mine")

    assert done == [1]


def test_work_is_done_once_by_its_caller_where_no_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*given: object) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(_thread, "start_new_thread", refused)
    done = list[str]()

    with beside(lambda: done.append(threading.current_thread().name)) as result:
        result()

    assert done == [threading.current_thread().name]
