"""After a crash, with `resume="skip"`, the same program is simply run again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

import pytest

from jarvis_ctx.attach.decorator import integrate_context_manager
from tests.unit.attach.reading import attempts, context


class Crash(BaseException):
    """Stands for a death: nothing is recorded after it."""


class Program:
    """What the person wrote. `log` lists the work that was really done, over all its lives."""

    def __init__(self, log: list[str], dies_at: str = "") -> None:
        self.log, self.dies_at = log, dies_at

    def work(self, name: str) -> str:
        self.log.append(name)
        if name == self.dies_at:
            context(self).close("exception")
            raise Crash
        return f"did {name}"

    def assign_task(self, task: Any) -> tuple[str, ...]:
        return self.work(f"start {task['id']}"), self.charge(f"charge {task['id']}"), self.work(f"end {task['id']}")

    def run_task(self, goal: str) -> str:
        return self.work(goal)

    async def execute_task(self, task_id: str) -> str:
        return await self.ship(task_id)

    def process_task(self, task_id: str) -> Generator[str, None, str]:
        yield self.work(f"{task_id}.1")
        yield self.work(f"{task_id}.2")
        return "all"

    async def handle_task(self, task_id: str) -> AsyncGenerator[str, None]:
        yield self.work(f"{task_id}.1")
        yield self.work(f"{task_id}.2")

    def charge(self, what: str) -> str:
        return self.work(what)

    async def ship(self, what: str) -> str:
        return self.work(what)

    def find_charge(self, key: str, what: str) -> str | None:
        return None


def program(**arguments: Any) -> type[Program]:
    class Orchestrator(Program): ...

    return integrate_context_manager(resume="skip", **arguments)(Orchestrator)


def die(orchestrator: Program, call: Callable[[], Any]) -> None:
    with pytest.raises(Crash):
        call()


def test_a_finished_task_gives_its_kept_result_and_is_not_done_again() -> None:
    log: list[str] = []
    first = program()(log, "b")

    done = first.run_task("a"), asyncio.run(first.execute_task("s"))
    die(first, lambda: first.run_task("b"))
    second = program()(log)
    again = second.run_task("a"), asyncio.run(second.execute_task("s")), second.run_task("b")

    assert again == (*done, "did b")
    assert log == ["a", "s", "b", "b"]


def test_an_unfinished_task_runs_again_without_the_steps_it_had_finished() -> None:
    log: list[str] = []
    first = program(steps=["charge"])(log, "end t1")

    die(first, lambda: first.assign_task({"id": "t1"}))
    second = program(steps=["charge"])(log)
    result = second.assign_task({"id": "t1"})

    assert result == ("did start t1", "did charge t1", "did end t1")
    assert log == ["start t1", "charge t1", "end t1", "start t1", "end t1"]
    assert attempts(second) == {"t1": 2}


def test_each_of_several_equal_calls_gets_its_own_result() -> None:
    log: list[str] = []
    first = program()(log, "b")

    first.run_task("a"), first.run_task("a")
    die(first, lambda: first.run_task("b"))
    second = program()(log)
    second.run_task("a"), second.run_task("a"), second.run_task("a")

    assert log == ["a", "a", "b", "a"]


def test_finished_generators_give_the_same_items_again() -> None:
    log: list[str] = []
    first = program()(log, "b")

    async def items(orchestrator: Program) -> list[str]:
        return [item async for item in orchestrator.handle_task("h")]

    def all_of(orchestrator: Program) -> list[str]:
        return [*orchestrator.process_task("p"), *asyncio.run(items(orchestrator))]

    done = all_of(first)
    die(first, lambda: first.run_task("b"))
    again = all_of(program()(log))

    assert again == done == ["did p.1", "did p.2", "did h.1", "did h.2"]
    assert log == ["p.1", "p.2", "h.1", "h.2", "b"]


def test_a_step_in_doubt_is_done_again_where_nobody_knows() -> None:
    log: list[str] = []
    first = program(steps=["charge"])(log, "charge t1")

    die(first, lambda: first.assign_task({"id": "t1"}))
    program(steps=["charge"])(log).assign_task({"id": "t1"})

    assert log.count("charge t1") == 2


@pytest.mark.parametrize("by_name", [False, True])
def test_a_step_in_doubt_is_not_done_again_where_its_reconciliation_finds_it(
    by_name: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    log: list[str] = []
    asked = []

    def find(key: str, what: str) -> str:
        asked.append((key, what))
        return "found"

    monkeypatch.setattr(Program, "find_charge", staticmethod(find))
    steps = {"charge": "find_charge" if by_name else find}
    first = program(steps=steps)(log, "charge t1")
    die(first, lambda: first.assign_task({"id": "t1"}))
    result = program(steps=steps)(log).assign_task({"id": "t1"})

    assert result == ("did start t1", "found", "did end t1")
    assert log.count("charge t1") == 1
    assert [what for _, what in asked] == ["charge t1"]


def test_a_reconciliation_that_raises_reaches_the_caller_and_the_step_is_not_done() -> None:
    log: list[str] = []

    def find(key: str, what: str) -> str:
        raise ConnectionError("the bank does not answer")

    first = program(steps={"charge": find})(log, "charge t1")
    die(first, lambda: first.assign_task({"id": "t1"}))
    second = program(steps={"charge": find})(log)
    with pytest.raises(ConnectionError, match="the bank does not answer"):
        second.assign_task({"id": "t1"})

    assert log.count("charge t1") == 1
    assert context(second).failures.total == 0


@pytest.mark.parametrize("answer", ["found", None])
def test_a_coroutine_step_may_be_reconciled_by_a_coroutine(answer: str | None) -> None:
    log: list[str] = []

    async def find(key: str, what: str) -> str | None:
        return answer

    first = program(steps={"ship": find})(log, "s")
    die(first, lambda: asyncio.run(first.execute_task("s")))
    result = asyncio.run(program(steps={"ship": find})(log).execute_task("s"))

    assert result == (answer or "did s")
    assert log.count("s") == (1 if answer else 2)


def test_a_task_that_was_in_flight_in_a_generator_runs_again() -> None:
    log: list[str] = []
    first = program()(log, "p.2")

    die(first, lambda: list(first.process_task("p")))
    again = list(program()(log).process_task("p"))

    assert again == ["did p.1", "did p.2"]
    assert log == ["p.1", "p.2", "p.1", "p.2"]
