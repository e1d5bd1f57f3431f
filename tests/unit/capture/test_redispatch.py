"""Redispatch's promises between threads and tasks: nothing twice at once, nobody waits for itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from jarvis_ctx.capture.current import current_task
from jarvis_ctx.capture.redispatch import Redispatch
from jarvis_ctx.model.ids import TaskId
from tests.unit.capture.keeping import Run, Target, call


def offered(run: Run, again: Redispatch, work: Callable[[str], Any]) -> Redispatch:
    """The redispatch, with an object whose captured method does `work`."""
    again.offer(Target(lambda task: run.claims.run(call(task), lambda: work(task))))
    return again


def aoffered(run: Run, again: Redispatch, work: Callable[[str], Any]) -> Redispatch:
    """The same for a coroutine function."""

    async def assign_task(task: str) -> Any:
        return await run.claims.arun(call(task), lambda: work(task))

    again.offer(Target(assign_task))
    return again


def outcomes(again: Redispatch) -> list[str]:
    return [one.outcome for one in again.outcomes()]


def test_calls_are_made_one_at_a_time_in_their_order() -> None:
    run = Run()
    done: list[str] = []
    again = offered(run, run.redispatching("c", "a", "b"), done.append)

    again.resume()

    assert done == ["c", "a", "b"]
    assert run.kinds() == ["TaskClaimed", "TaskFinished"] * 3


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_as_many_calls_run_at_the_same_time_as_is_set(colour: str) -> None:
    run, meeting, ameeting = Run(), threading.Barrier(2, timeout=10), asyncio.Barrier(2)
    again = run.redispatching("a", "b", concurrency=2)

    if colour == "sync":
        offered(run, again, lambda task: meeting.wait()).resume()
    else:
        asyncio.run(aoffered(run, again, lambda task: ameeting.wait()).aresume())

    assert outcomes(again) == ["finished", "finished"]


def test_the_programs_call_waits_for_the_redispatched_one_in_another_thread() -> None:
    def work(task: str) -> str:
        begun.wait()
        go_on.wait(10)
        return "made once"

    run, begun, go_on = Run(), threading.Barrier(2, timeout=10), threading.Event()
    again = offered(run, run.redispatching("a"), work)

    with ThreadPoolExecutor(2) as pool:
        resumed = pool.submit(again.resume)
        begun.wait()
        joining = pool.submit(run.claims.run, call("a"), lambda: "made twice")
        assert not joining.done()
        go_on.set()
        resumed.result()

    assert joining.result() == "made once"
    assert run.kinds() == ["TaskClaimed", "TaskFinished"]


def test_the_programs_coroutine_waits_in_the_event_loop_and_its_cancellation_stops_only_its_wait() -> None:
    async def main() -> Any:
        go_on = asyncio.Event()

        async def work(task: str) -> str:
            await go_on.wait()
            return "made once"

        again = aoffered(run, run.redispatching("a"), work)
        first = asyncio.ensure_future(again.ago_on())
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first])
        joining = asyncio.ensure_future(run.claims.arun(call("a"), lambda: work("twice")))
        await asyncio.sleep(0)
        go_on.set()
        return await joining, outcomes(again)

    run = Run()

    assert asyncio.run(main()) == ("made once", ["finished"])
    assert run.kinds() == ["TaskClaimed", "TaskFinished"]


def test_a_program_that_comes_first_makes_the_call_itself() -> None:
    run = Run()
    again = offered(run, run.redispatching("a"), lambda task: "by the sidecar")

    assert run.claims.run(call("a"), lambda: "by the program") == "by the program"
    again.resume()

    assert (outcomes(again), run.kinds()) == (["taken"], ["TaskClaimed", "TaskFinished"])


def test_a_redispatched_call_that_makes_its_own_call_again_does_not_wait_for_itself() -> None:
    run = Run()
    again = run.redispatching("a")
    offered(run, again, lambda task: run.claims.run(call("a"), lambda: "inner"))

    again.resume()

    assert outcomes(again) == ["finished"]
    assert run.kinds() == ["TaskClaimed", "TaskClaimed", "TaskFinished", "TaskFinished"]


def test_two_redispatched_calls_that_make_each_other_do_not_wait_for_ever() -> None:
    run, meeting = Run(), threading.Barrier(2, timeout=10)
    other = {"a": "b", "b": "a"}

    def work(task: str) -> Any:
        meeting.wait()
        return run.claims.run(call(other[task]), lambda: "made here")

    again = offered(run, run.redispatching("a", "b", concurrency=2), work)
    again.resume()

    assert outcomes(again) == ["finished", "finished"]


def test_nothing_is_made_again_from_inside_a_task() -> None:
    run = Run()
    again = offered(run, run.redispatching("a"), lambda task: None)

    run.claims.run(call("other"), again.go_on)

    assert outcomes(again) == ["waiting"]


def test_a_redispatched_call_belongs_to_no_task_and_its_error_stops_no_other() -> None:
    run = Run()
    seen: list[str | None] = []

    def work(task: str) -> None:
        claim = current_task.get()
        seen.append(claim.task if claim else None)
        raise LookupError(task)

    again = offered(run, run.redispatching("a", "b"), work)
    again.resume()

    assert (seen, outcomes(again)) == (["a", "b"], ["failed", "failed"])
    assert all("parent" not in body for kind, _, body in run.told if kind == "TaskClaimed")


def test_an_interrupt_goes_on_to_the_program_and_the_next_call_goes_on_with_the_rest() -> None:
    run = Run()
    done: list[str] = []

    def work(task: str) -> None:
        done.append(task)
        if task == "a":
            raise KeyboardInterrupt

    again = offered(run, run.redispatching("a", "b"), work)
    with pytest.raises(KeyboardInterrupt):
        again.go_on()
    again.go_on()

    assert (done, outcomes(again)) == (["a", "b"], ["failed", "finished"])


def test_coroutine_functions_that_their_loop_gives_up_have_failed_and_keep_nobody_waiting() -> None:
    async def main() -> None:
        begun = asyncio.Barrier(2)

        async def work(task: str) -> None:
            await begun.wait()
            await asyncio.Event().wait()

        again = aoffered(run, run.redispatching("a"), work)
        asyncio.ensure_future(again.aresume())  # noqa: RUF006  # it is the loop that is to end it
        await begun.wait()

    run = Run()
    asyncio.run(main())

    assert run.kinds() == ["TaskClaimed", "TaskFailed"]
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run.claims.arun(call("a"), lambda: asyncio.sleep(0)))


def test_after_a_restore_only_what_it_left_unfinished_is_made_and_an_undo_brings_the_rest_back() -> None:
    run = Run()
    done: list[str] = []
    again = offered(run, run.redispatching("a", "b"), done.append)

    again.look_again({(TaskId("b"), "assign_task")})
    again.resume()
    first = list(done)
    again.look_again({(TaskId("a"), "assign_task")})
    again.resume()

    assert (first, done) == (["b"], ["b", "a"])
