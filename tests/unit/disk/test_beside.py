"""Work beside the caller's is over when the block is, and its failure is the caller's."""

from __future__ import annotations

import _thread
import subprocess
import sys
import threading
from collections.abc import Callable

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


def test_a_thread_that_begins_late_is_over_when_the_block_is(monkeypatch: pytest.MonkeyPatch) -> None:
    start, events, left = _thread.start_new_thread, list[str](), threading.Event()

    def late(work: Callable[[], None], given: tuple[()]) -> None:
        left.wait(0.2)
        events.append("begun")
        work()

    monkeypatch.setattr(_thread, "start_new_thread", lambda work, given: start(late, (work, given)))

    with beside(lambda: events.append(threading.current_thread().name)) as result:
        result()
    events.append("over")
    left.set()

    assert events == [threading.current_thread().name, "begun", "over"]


def test_a_thread_that_dies_before_it_begins_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_thread, "start_new_thread", lambda work, given: 1)

    with beside(lambda: 42) as result:
        assert result() == 42


AT_THE_END = """
import _thread, atexit, threading
from jarvis_ctx.disk.beside import beside

@atexit.register
def end():
    begun = []
    _thread.start_new_thread = lambda *given: begun.append(given)
    with beside(threading.get_ident) as result:
        print(result() == threading.get_ident(), begun)
"""


def test_no_thread_begins_while_the_interpreter_ends() -> None:
    """It would be started after what it needs is freed, and end a program that has done all its work by SIGSEGV."""
    ended = subprocess.run([sys.executable, "-c", AT_THE_END], capture_output=True, check=True, text=True)

    assert ended.stdout == "True []\n"
