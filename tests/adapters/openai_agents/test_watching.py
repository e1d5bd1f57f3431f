"""watch_runner shows what a run does, and leaves it as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agents import Agent, FunctionTool, RunHooks, Runner, function_tool
from agents.exceptions import ModelBehaviorError
from agents.testing import ScriptedModel, assistant_message, function_call
from pydantic import BaseModel

from jarvis_ctx import JarvisContextManager
from jarvis_ctx.adapters.openai_agents import JarvisSession, watch_runner
from jarvis_ctx.adapters.openai_agents.outcome import kept_of, result_of
from jarvis_ctx.errors import BadValue, UnknownSetting
from jarvis_ctx.insight.families import Most
from tests.adapters.openai_agents.histories import texts

pytestmark = pytest.mark.anyio


class Verdict(BaseModel):
    good: bool


@pytest.fixture
def manager(store_path: Path) -> Iterator[JarvisContextManager]:
    with JarvisContextManager(store_path) as made:
        yield made


def counting(calls: list[str], **options: Any) -> FunctionTool:
    """A tool that notes that it was called."""

    def count(what: str) -> str:
        """Count something."""
        calls.append(what)
        return f"counted {what}"

    return function_tool(count, **options)


def asks(what: str, id: str = "call-1") -> list[Any]:
    """A model's answer that calls the tool."""
    return [function_call("count", {"what": what}, call_id=id)]


def says(text: str) -> list[Any]:
    """A model's last answer."""
    return [assistant_message(text)]


async def test_a_run_is_a_task_its_agents_are_agents_and_a_hand_off_is_a_decision(
    manager: JarvisContextManager,
) -> None:
    clerk = Agent("clerk", model=ScriptedModel([says("done")]))
    front = Agent(
        "front", handoffs=[clerk], model=ScriptedModel([[function_call("transfer_to_clerk", {}, call_id="1")]])
    )

    result = await watch_runner(manager).run(front, "an order", task_id="order-7")
    state = manager.journal.writer.state

    assert (result.final_output, result.last_agent) == ("done", clerk)
    assert (state.tasks["order-7"].status, state.tasks["order-7"].agent) == ("completed", "front")
    assert [(agent.id, agent.status) for agent in state.agents.values()] == [
        ("front", "handed over"),
        ("clerk", "done"),
    ]
    assert [event.body["decision"] for event in state.decisions] == ["clerk"]


async def test_the_runs_of_a_session_belong_to_it_each_behind_the_one_before(manager: JarvisContextManager) -> None:
    clerk = Agent("clerk", model=ScriptedModel([says("hello"), says("done"), says("again")]))
    session, runner = JarvisSession("42", manager), watch_runner(manager)

    for number in range(3):
        await runner.run(clerk, f"order {number}", session=session if number else None, task_id=f"order-{number}")
    (family,) = manager.insight.families(Most(families=9, parts=9))["items"]

    assert family["group"] == "session 42"
    assert [(run["id"], run["title"], run["after"]) for run in family["tasks"]] == [
        ("order-1", "clerk", []),
        ("order-2", "clerk", ["order-1"]),
    ]


async def test_the_persons_own_hooks_hear_all_that_they_would(manager: JarvisContextManager) -> None:
    heard: list[str] = []

    class Listening(RunHooks[Any]):
        def __getattribute__(self, name: str) -> Any:
            heard.append(name)
            return super().__getattribute__(name)

    agent = Agent("clerk", tools=[counting([])], model=ScriptedModel([asks("a"), says("done")]))

    await watch_runner(manager).run(agent, "count", hooks=Listening())

    assert heard == [
        "on_agent_start",
        *("on_llm_start", "on_llm_end", "on_tool_start", "on_tool_end"),
        *("on_llm_start", "on_llm_end", "on_agent_end"),
    ]


async def test_a_tool_is_what_it_was_to_the_sdk_and_to_runs_that_nobody_watches(
    manager: JarvisContextManager,
) -> None:
    calls: list[str] = []
    tool = counting(calls)
    model = ScriptedModel([asks("a"), says("done"), asks("a"), says("done")])
    agent = Agent("clerk", tools=[tool], model=model)

    await watch_runner(manager).run(agent, "count", task_id="t")
    await Runner.run(agent, "count")

    assert calls == ["a", "a"]
    assert tool.__wrapped__("b") == "counted b"  # type: ignore[operator]  # what the SDK gives for a wrapped function


async def test_equal_calls_in_one_answer_are_all_made(manager: JarvisContextManager) -> None:
    calls: list[str] = []
    model = ScriptedModel([[*asks("a", "1"), *asks("a", "2")], says("done")])

    await watch_runner(manager).run(Agent("clerk", tools=[counting(calls)], model=model), "count")

    assert calls == ["a", "a"]


async def test_a_run_that_raises_is_a_task_that_failed_and_its_agent_has_stopped(
    manager: JarvisContextManager,
) -> None:
    agent = Agent("clerk", model=ScriptedModel([ModelBehaviorError("nonsense")]))

    with pytest.raises(ModelBehaviorError, match="nonsense"):
        await watch_runner(manager).run(agent, "count", task_id="t")
    state = manager.journal.writer.state

    assert state.tasks["t"].status == "failed"
    assert state.agents["clerk"].status == "stopped"


async def test_a_run_that_waits_for_an_approval_is_not_done_and_goes_on_once_it_has_it(
    manager: JarvisContextManager,
) -> None:
    calls: list[str] = []
    model = ScriptedModel([asks("a"), says("done")])
    agent = Agent("clerk", tools=[counting(calls, needs_approval=True)], model=model)
    runner = watch_runner(manager)

    waiting = await runner.run(agent, "count", task_id="t")
    status = manager.journal.writer.state.tasks["t"].status
    state = waiting.to_state()
    state.approve(waiting.interruptions[0])
    result = await runner.run(agent, state, task_id="t")

    assert (status, calls, result.final_output) == ("failed", ["a"], "done")
    assert result_of(kept_of(result), agent, state, None).to_input_list() == result.to_input_list()
    assert manager.journal.writer.state.tasks["t"].status == "completed"


async def test_a_result_is_made_again_of_what_was_kept_of_it(manager: JarvisContextManager) -> None:
    clerk = Agent("clerk", output_type=Verdict, model=ScriptedModel([says('{"good": true}')]))
    front = Agent(
        "front", handoffs=[clerk], model=ScriptedModel([[function_call("transfer_to_clerk", {}, call_id="1")]])
    )
    result = await watch_runner(manager).run(front, "an order")

    again = result_of(kept_of(result), front, "an order", {"mine": 1})

    assert (again.final_output, again.last_agent) == (Verdict(good=True), clerk)
    assert again.to_input_list() == result.to_input_list()
    assert again.context_wrapper.context == {"mine": 1}


async def test_two_runs_of_one_session_are_two_tasks_and_the_second_knows_of_the_first(
    manager: JarvisContextManager,
) -> None:
    session, runner = JarvisSession("42", manager), watch_runner(manager)
    agent = Agent("clerk", model=ScriptedModel([says("one"), says("two")]))

    said = [(await runner.run(agent, "go on", session=session)).final_output for _ in range(2)]

    assert said == ["one", "two"]
    assert len(manager.journal.writer.state.tasks) == 2
    assert len(await texts(session)) == 4


@pytest.mark.parametrize(
    ("given", "error"), [({"count": "found"}, BadValue), ({"count": {"reconsile": None}}, UnknownSetting)]
)
async def test_what_a_tool_in_doubt_cannot_be_told_by_is_refused(
    manager: JarvisContextManager, given: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error, match="count"):
        watch_runner(manager, steps=given)
