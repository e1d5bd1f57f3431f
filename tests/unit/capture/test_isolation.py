"""Isolation's promises: one suspect at a time, everyone else passes, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from jarvis_ctx.capture.current import CurrentTask, current_task
from jarvis_ctx.capture.isolation import Isolation
from jarvis_ctx.model.ids import TaskId

A, B, C = TaskId("a"), TaskId("b"), TaskId("c")


class Inside:
    """A thread that enters for a task and stays inside until it is told to leave."""

    def __init__(self, isolation: Isolation, task: TaskId) -> None:
        self.isolation, self.task = isolation, task
        self.entered, self.leave = threading.Event(), threading.Event()
        self.alone: bool | None = None
        self.thread = threading.Thread(target=self._stay)
        self.thread.start()

    def _stay(self) -> None:
        with self.isolation.enter(self.task) as self.alone:
            self.entered.set()
            self.leave.wait(10)

    def end(self) -> None:
        self.leave.set()
        self.thread.join()


@pytest.fixture
def isolation() -> Isolation:
    """Two suspects."""
    return Isolation({A, B}, timeout=10)


def test_a_second_suspect_waits_until_the_first_has_left(isolation: Isolation) -> None:
    first = Inside(isolation, A)
    first.entered.wait(10)
    second = Inside(isolation, B)

    waited = not second.entered.wait(0.05)
    first.end()

    assert second.entered.wait(10)
    second.end()
    assert (waited, first.alone, second.alone) == (True, True, True)


def test_a_task_nobody_suspects_passes_beside_a_suspect(isolation: Isolation) -> None:
    first = Inside(isolation, A)
    first.entered.wait(10)

    with isolation.enter(C) as alone:
        assert not alone

    first.end()


def test_after_its_turn_a_suspect_is_one_no_more(isolation: Isolation) -> None:
    with isolation.enter(A):
        pass
    first = Inside(isolation, B)
    first.entered.wait(10)

    with isolation.enter(A) as alone:
        assert not alone

    first.end()


def test_a_call_that_the_running_suspect_makes_itself_passes(isolation: Isolation) -> None:
    with isolation.enter(A) as alone:
        token = current_task.set(CurrentTask(task=A, key="k", alone=alone))
        with isolation.enter(B) as inner:
            assert (alone, inner) == (True, False)
        current_task.reset(token)


def test_nobody_waits_longer_than_the_timeout_and_then_neither_counts_as_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    isolation = Isolation({A, B}, timeout=0.01)
    first = Inside(isolation, A)
    first.entered.wait(10)

    with isolation.enter(B) as alone:
        assert not alone

    first.end()
    assert "waits until another task that may have caused a death is through, at most 0.01 s" in caplog.text
    assert "waited 0.01 s for another suspect and now runs beside it" in caplog.text


def test_a_suspect_that_fails_lets_the_next_one_in(isolation: Isolation) -> None:
    def fail() -> None:
        with isolation.enter(A):
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with isolation.enter(B) as alone:
        assert alone


def test_of_many_threads_one_suspect_is_inside_at_a_time() -> None:
    tasks = {TaskId(str(n)) for n in range(8)}
    isolation, inside, most = Isolation(set(tasks), timeout=30), [], []

    def work(task: TaskId) -> None:
        with isolation.enter(task):
            inside.append(task)
            most.append(len(inside))
            inside.remove(task)

    threads = [threading.Thread(target=work, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(most), max(most)) == (8, 1)


def test_waiting_does_not_block_the_event_loop(isolation: Isolation) -> None:
    order: list[str] = []

    async def suspect(task: TaskId, work: Callable[[], None]) -> None:
        async with isolation.aenter(task) as alone:
            order.append(f"{task} {alone}")
            await asyncio.sleep(0.02)
            work()

    async def other() -> None:
        await asyncio.sleep(0)
        order.append("other")

    async def together() -> None:
        await asyncio.gather(suspect(A, lambda: order.append("a left")), suspect(B, lambda: None), other())

    asyncio.run(together())

    assert order == ["a True", "other", "a left", "b True"]


def test_a_cancelled_wait_leaves_the_turn_to_others(isolation: Isolation) -> None:
    async def wait_and_give_up() -> None:
        async with asyncio.timeout(0.01):
            async with isolation.aenter(B):
                raise AssertionError

    with isolation.enter(A), pytest.raises(TimeoutError):
        asyncio.run(wait_and_give_up())
    with isolation.enter(B) as alone:
        assert alone


def test_only_a_task_that_may_have_to_wait_is_concerned(isolation: Isolation) -> None:
    assert [isolation.concerns(task) for task in (A, B, C)] == [True, True, False]


def test_a_call_that_cannot_wait_in_its_event_loop_runs_beside_the_suspect_at_once(
    isolation: Isolation, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> bool:
        async with isolation.aenter(B, can_wait=False) as alone:
            return alone

    inside = Inside(isolation, A)
    inside.entered.wait(10)
    alone = asyncio.run(main())
    inside.end()

    assert (alone, inside.alone) == (False, True)
    assert "Task 'b' waited 0 s for another suspect" in caplog.text
