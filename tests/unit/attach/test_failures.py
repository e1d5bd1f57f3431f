"""When capturing fails, the call is made all the same, once, and what the person's code raises reaches the caller."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Generator
from typing import Any

import pytest

from jarvis_ctx.attach.decorator import integrate_context_manager
from jarvis_ctx.errors import BadValue, Fenced, TaskQuarantined
from tests.unit.attach.reading import attempts, context


class Calls:
    """Methods of every colour that note their calls; `then` is run in the middle of each."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def then(self) -> None: ...

    def assign_task(self, task_id: str) -> str:
        self.made.append(task_id)
        self.then()
        return task_id * 2

    async def run_task(self, task_id: str) -> str:
        return Calls.assign_task(self, task_id)

    def handle_task(self, task_id: str) -> Generator[str, None, str]:
        yield task_id
        return Calls.assign_task(self, task_id)

    def update_task_progress(self, task_id: str, progress: dict[str, Any]) -> str:
        return Calls.assign_task(self, task_id)

    def charge(self, task_id: str) -> str:
        return Calls.assign_task(self, task_id)


@integrate_context_manager(steps=["charge"])
class Orchestrator(Calls): ...


class Closing(Orchestrator):
    """Ends its own capture in the middle of each call, after the claim and before the end."""

    def then(self) -> None:
        context(self).close()


class Failing(Closing):
    mistake = LookupError("mine")

    def then(self) -> None:
        super().then()
        raise self.mistake


def call_each(orchestrator: Calls) -> list[str]:
    return [
        orchestrator.assign_task("a"),
        asyncio.run(orchestrator.run_task("b")),
        *orchestrator.handle_task("c"),
        orchestrator.update_task_progress("d", {"status": "blocked"}),
        orchestrator.charge("e"),
    ]


def test_calls_after_the_sidecar_was_closed_are_made_uncaptured_and_counted() -> None:
    orchestrator = Orchestrator()
    sidecar = context(orchestrator)

    sidecar.close()
    results = call_each(orchestrator)

    assert results == ["aa", "bb", "c", "dd", "ee"]
    assert orchestrator.made == ["a", "b", "c", "d", "e"]
    assert sidecar.failures.total == 4


def test_a_call_whose_end_cannot_be_recorded_is_not_made_again() -> None:
    calls = ["assign_task", "charge"]

    for name in calls:
        orchestrator = Closing()
        sidecar = context(orchestrator)
        assert getattr(orchestrator, name)("t1") == "t1t1"
        assert orchestrator.made == ["t1"]
        assert sidecar.failures.total == (1 if name == "assign_task" else 0)


def test_a_coroutine_whose_end_cannot_be_recorded_is_not_run_again() -> None:
    orchestrator = Closing()

    result = asyncio.run(orchestrator.run_task("t1"))

    assert (result, orchestrator.made) == ("t1t1", ["t1"])


def test_a_generator_whose_end_cannot_be_recorded_is_not_run_again() -> None:
    orchestrator = Closing()

    items = orchestrator.handle_task("t1")
    first = next(items)
    with pytest.raises(StopIteration) as end:
        next(items)

    assert (first, end.value.value, orchestrator.made) == ("t1", "t1t1", ["t1"])


def test_a_person_s_exception_reaches_the_caller_as_it_is_even_if_it_cannot_be_recorded() -> None:
    orchestrator = Failing()

    with pytest.raises(LookupError) as raised:
        orchestrator.assign_task("t1")

    assert raised.value is Failing.mistake
    assert raised.value.__cause__ is None
    assert "raise self.mistake" in "".join(traceback.format_exception(raised.value))
    assert orchestrator.made == ["t1"]


def test_a_value_out_of_range_is_counted_and_neither_stored_nor_the_caller_s_problem() -> None:
    orchestrator = Orchestrator()

    result = orchestrator.update_task_progress("t1", {"percentage": 150})

    assert result == "t1t1"
    assert attempts(orchestrator) == {}
    assert context(orchestrator).failures.last == (
        "update_task_progress: percentage is 150, expected a number from 0 to 100."
    )


def test_who_wants_to_know_of_failed_captures_is_told_by_an_exception() -> None:
    @integrate_context_manager(on_capture_error="raise")
    class Strict(Calls): ...

    strict = Strict()

    with pytest.raises(BadValue, match="percentage is 150"):
        strict.update_task_progress("t1", {"percentage": 150})


def test_a_quarantined_task_is_not_run() -> None:
    orchestrator = Orchestrator()
    context(orchestrator).journal.append("TaskQuarantined", "t1", {"cause": "it killed three runs"})

    with pytest.raises(TaskQuarantined, match="it killed three runs"):
        orchestrator.assign_task("t1")

    assert orchestrator.made == []
    assert context(orchestrator).failures.total == 0


def test_a_process_that_was_overtaken_does_no_more_work() -> None:
    orchestrator = Orchestrator()
    context(orchestrator).journal.writer.put_down = "fenced"

    with pytest.raises(Fenced):
        orchestrator.assign_task("t1")
    with pytest.raises(Fenced):
        asyncio.run(orchestrator.run_task("t1"))
    with pytest.raises(Fenced):
        next(orchestrator.handle_task("t1"))

    assert orchestrator.made == []


def test_a_call_with_the_wrong_arguments_fails_as_it_always_did() -> None:
    orchestrator: Any = Orchestrator()

    with pytest.raises(TypeError, match="missing 1 required positional argument: 'task_id'"):
        orchestrator.assign_task()
    with pytest.raises(TypeError, match="unexpected keyword argument 'x'"):
        orchestrator.assign_task("t1", x=1)
    with pytest.raises(TypeError, match="self"):
        Orchestrator.assign_task()  # type: ignore[call-arg]  # that is the point
