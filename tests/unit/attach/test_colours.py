"""Methods of every colour: generators, coroutines, static and class methods."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextvars import ContextVar
from typing import Any

import pytest

from jarvis_ctx.attach.decorator import integrate_context_manager
from jarvis_ctx.capture.current import current_task
from tests.unit.attach.reading import attempts, context

place: ContextVar[str] = ContextVar("place", default="nowhere")


@integrate_context_manager(tasks=["report_task"])
class Orchestrator:
    def run_task(self, task_id: str) -> Generator[Any, Any, str]:
        sent = yield "first"
        try:
            yield sent
        except ValueError as error:
            yield f"answered {error}"
        return "returned"

    async def process_task(self, task_id: str) -> AsyncGenerator[Any, Any]:
        await asyncio.sleep(0)
        sent = yield "first"
        try:
            yield sent
        except ValueError as error:
            await asyncio.sleep(0)
            yield f"answered {error}"

    async def execute_task(self, task_id: str) -> str:
        await asyncio.sleep(3600)
        return task_id

    def handle_task(self, task_id: str) -> Generator[str, None, None]:
        running = current_task.get()
        yield running.task if running else "none"
        yield place.get()

    async def report_task(self, task_id: str) -> AsyncGenerator[str, None]:
        running = current_task.get()
        yield running.task if running else "none"

    @staticmethod
    def start_task(task_id: str) -> str:
        return f"static {task_id}"

    @classmethod
    def perform_task(cls, task_id: str) -> str:
        return f"{cls.__name__} {task_id}"


def status(orchestrator: Orchestrator) -> dict[str, str]:
    return {task["id"]: task["status"] for task in context(orchestrator).tasks()}


def test_functions_keep_their_colour() -> None:
    assert inspect.isgeneratorfunction(Orchestrator.run_task)
    assert inspect.isasyncgenfunction(Orchestrator.process_task)
    assert inspect.iscoroutinefunction(Orchestrator.execute_task)
    assert isinstance(vars(Orchestrator)["start_task"], staticmethod)
    assert isinstance(vars(Orchestrator)["perform_task"], classmethod)


def test_a_generator_is_one_call_and_takes_what_is_sent_and_thrown_in() -> None:
    orchestrator = Orchestrator()

    items = orchestrator.run_task("t1")
    got = [next(items), items.send("sent"), items.throw(ValueError("thrown"))]
    with pytest.raises(StopIteration) as end:
        next(items)

    assert got == ["first", "sent", "answered thrown"]
    assert end.value.value == "returned"
    assert status(orchestrator) == {"t1": "completed"}


def test_an_async_generator_is_one_call_and_takes_what_is_sent_and_thrown_in() -> None:
    orchestrator = Orchestrator()

    async def use() -> list[Any]:
        items = orchestrator.process_task("t1")
        got = [await anext(items), await items.asend("sent"), await items.athrow(ValueError("thrown"))]
        return got + [item async for item in items]

    assert asyncio.run(use()) == ["first", "sent", "answered thrown"]
    assert status(orchestrator) == {"t1": "completed"}


def test_a_task_is_claimed_at_a_generator_s_first_item_not_before() -> None:
    orchestrator = Orchestrator()

    items = orchestrator.run_task("t1")
    before = status(orchestrator)
    next(items)

    assert before == {}
    assert status(orchestrator) == {"t1": "in_progress"}
    items.close()


def test_a_generator_closed_early_is_over_but_its_result_is_not_kept() -> None:
    orchestrator = Orchestrator()

    async def use() -> None:
        items = orchestrator.process_task("t2")
        await anext(items)
        await items.aclose()

    items = orchestrator.run_task("t1")
    next(items)
    items.close()
    asyncio.run(use())

    tasks = context(orchestrator).journal.writer.state.tasks.values()
    assert status(orchestrator) == {"t1": "completed", "t2": "completed"}
    assert all("NotKept" in attempt.lost for task in tasks for attempt in task.attempts.values())


def test_what_a_generator_raises_fails_its_task_and_reaches_the_caller() -> None:
    orchestrator = Orchestrator()
    mistake = KeyError("mine")

    items = orchestrator.run_task("t1")
    next(items)
    with pytest.raises(KeyError) as raised:
        items.throw(mistake)

    assert raised.value is mistake
    assert status(orchestrator) == {"t1": "failed"}


def test_the_running_task_is_known_inside_a_generator_and_not_to_its_caller() -> None:
    orchestrator = Orchestrator()
    token = place.set("here")

    items = orchestrator.handle_task("t1")
    inside, outside, seen = next(items), current_task.get(), next(items)
    place.reset(token)

    assert (inside, outside, seen) == ("t1", None, "here")
    items.close()


def test_the_running_task_is_known_inside_an_async_generator_and_not_to_its_caller() -> None:
    orchestrator = Orchestrator()

    async def use() -> tuple[str, Any]:
        items = orchestrator.report_task("t1")
        inside, outside = await anext(items), current_task.get()
        await items.aclose()
        return inside, outside

    assert asyncio.run(use()) == ("t1", None)


def test_a_cancelled_coroutine_fails_its_task_and_stays_cancelled() -> None:
    orchestrator = Orchestrator()

    async def use() -> None:
        running = asyncio.create_task(orchestrator.execute_task("t1"))
        await asyncio.sleep(0)
        running.cancel()
        await running

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(use())
    assert status(orchestrator) == {"t1": "failed"}


def test_an_async_generator_s_waiting_can_be_cancelled() -> None:
    @integrate_context_manager
    class Waiting:
        async def run_task(self, task_id: str) -> AsyncIterator[int]:
            yield 1
            await asyncio.sleep(3600)

    waiting = Waiting()

    async def use() -> None:
        async with asyncio.timeout(0.01):
            async for _ in waiting.run_task("t1"):
                pass

    with pytest.raises(TimeoutError):
        asyncio.run(use())
    assert [task["status"] for task in context(waiting).tasks()] == ["failed"]


def test_static_and_class_methods_are_captured_from_object_and_class_alike() -> None:
    orchestrator = Orchestrator()

    results = [
        orchestrator.start_task("s1"),
        Orchestrator.start_task("s2"),
        orchestrator.perform_task("c1"),
        Orchestrator.perform_task("c2"),
    ]

    assert results == ["static s1", "static s2", "Orchestrator c1", "Orchestrator c2"]
    assert attempts(orchestrator) == {"s1": 1, "s2": 1, "c1": 1, "c2": 1}
