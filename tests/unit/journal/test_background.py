"""The background's threads outlive what goes wrong with their work, and rest after it."""

from __future__ import annotations

import threading

import pytest

from jarvis_ctx.journal.background import Background, Work


def test_a_turn_that_gets_no_memory_is_followed_by_another_one() -> None:
    turns, reached = [MemoryError], threading.Event()

    def work() -> bool:
        if turns:
            raise turns.pop()
        reached.set()
        return True

    background = Background()
    background.start({"work": Work(work, 0.001, 0.001)})
    came = reached.wait(10)
    background.stop()

    assert came


@pytest.mark.parametrize(("spent", "pause"), [(0.0001, 0.05), (0.005, 0.1), (0.5, 0.25)])
def test_the_longer_a_turn_took_the_longer_is_the_rest_after_it_up_to_a_bound(spent: float, pause: float) -> None:
    work = Work(lambda: True, pause=0.05, longest=0.25)

    rest = work.pause_after(spent)

    assert rest == pytest.approx(pause)


def test_a_work_whose_pause_is_a_promise_keeps_it_however_long_a_turn_took() -> None:
    work = Work(lambda: True, pause=1.0, longest=1.0)

    rest = work.pause_after(30.0)

    assert rest == 1.0
