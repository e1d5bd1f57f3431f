"""Suspects run one at a time."""

from __future__ import annotations

import asyncio
import threading

import pytest

from jarvis_ctx.capture.current import CurrentTask, current_task
from jarvis_ctx.capture.isolation import Isolation
from jarvis_ctx.model.ids import TaskId

A, B, OTHER = TaskId("a"), TaskId("b"), TaskId("other")


def test_a_suspect_waits_until_the_one_before_it_has_returned() -> None:
    isolation, order, entered = Isolation({A, B}, timeout=30), list[str](), threading.Event()

    def second() -> None:
        entered.set()
        with isolation.enter(B) as alone:
            order.append(f"b alone={alone}")

    thread = threading.Thread(target=second)
    with isolation.enter(A) as alone:
        thread.start()
        entered.wait()
        order.append(f"a alone={alone}")
    thread.join()

    assert order == ["a alone=True", "b alone=True"]


def test_a_task_that_is_no_suspect_passes_while_a_suspect_runs() -> None:
    isolation = Isolation({A}, timeout=30)

    with isolation.enter(A), isolation.enter(OTHER) as alone:
        passed = True

    assert passed
    assert not alone


def test_a_suspect_that_a_running_suspect_calls_itself_passes() -> None:
    isolation = Isolation({A, B}, timeout=30)

    with isolation.enter(A):
        token = current_task.set(CurrentTask(task=A, key="k", alone=True))
        with isolation.enter(B) as alone:
            current_task.reset(token)

    assert not alone


def test_nobody_waits_for_ever_and_who_waited_too_long_is_not_alone(caplog: pytest.LogCaptureFixture) -> None:
    isolation = Isolation({A, B}, timeout=0.01)

    with isolation.enter(A), isolation.enter(B) as alone:
        pass

    assert not alone
    assert "waited" in caplog.text


def test_a_task_is_a_suspect_for_its_first_call_only() -> None:
    isolation = Isolation({A}, timeout=30)

    with isolation.enter(A) as first:
        pass
    with isolation.enter(A) as second:
        pass

    assert (first, second) == (True, False)


def test_a_failing_suspect_lets_the_next_one_in() -> None:
    isolation = Isolation({A, B}, timeout=30)

    with pytest.raises(ZeroDivisionError), isolation.enter(A):
        raise ZeroDivisionError
    with isolation.enter(B) as alone:
        pass

    assert alone


def test_waiting_for_a_suspect_does_not_block_the_event_loop() -> None:
    async def scene() -> list[str]:
        isolation, order = Isolation({A, B}, timeout=30), list[str]()
        a_runs, b_waits = asyncio.Event(), asyncio.Event()

        async def first() -> None:
            async with isolation.aenter(A):
                a_runs.set()
                await b_waits.wait()
                order.append("a")

        async def second() -> None:
            await a_runs.wait()
            asyncio.get_running_loop().call_soon(b_waits.set)
            async with isolation.aenter(B):
                order.append("b")

        await asyncio.gather(first(), second())
        return order

    assert asyncio.run(scene()) == ["a", "b"]
