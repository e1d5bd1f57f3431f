"""A turn's promises: one holder among threads and processes, and nobody keeps it beyond death."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jarvis_ctx.capture.isolation import Isolation
from jarvis_ctx.capture.turns import Turn
from jarvis_ctx.model.ids import TaskId


@contextmanager
def another_process_with(path: Path) -> Iterator[int]:
    """A process that has the turn until it is killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"y" if Turn(path).take(0) else b"n")
        signal.pause()
    assert os.read(reading, 1) == b"y"
    try:
        yield child
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)
        os.close(writing)


def test_another_process_keeps_us_waiting_until_it_dies(tmp_path: Path) -> None:
    turn = Turn(tmp_path / "lock")
    with another_process_with(tmp_path / "lock"):
        assert not turn.take(0.02)

    assert turn.take(0)
    turn.give_back()


def test_what_is_given_back_is_free_for_everyone(tmp_path: Path) -> None:
    turn = Turn(tmp_path / "lock")
    assert turn.take(0)

    turn.give_back()

    with another_process_with(tmp_path / "lock"):
        assert not turn.take(0)


def test_a_forked_child_of_the_holder_neither_has_the_turn_nor_gives_it_back(tmp_path: Path) -> None:
    turn = Turn(tmp_path / "lock")
    assert turn.take(0)

    child = os.fork()
    if child == 0:
        turn.give_back()
        os._exit(turn.take(0))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    assert code == 0
    assert not turn.take(0)
    turn.give_back()


def test_where_the_lock_cannot_be_opened_nobody_waits_and_nobody_counts_as_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    isolation = Isolation({TaskId("a")}, 60, tmp_path / "nowhere" / "lock")

    with isolation.enter(TaskId("a")) as alone:
        assert not alone

    assert "cannot be waited for" in caplog.text
