"""What `run_streamed` and `run_sync` do is what `run` does."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agents import Agent, MaxTurnsExceeded, Runner
from agents.exceptions import ModelBehaviorError
from agents.testing import ScriptedModel

from jarvis_ctx import JarvisContextManager
from jarvis_ctx.adapters.openai_agents import JarvisSession, watch_runner
from tests.adapters.openai_agents.histories import texts
from tests.adapters.openai_agents.test_watching import asks, counting, says

pytestmark = pytest.mark.anyio


@pytest.fixture
def manager(store_path: Path) -> Iterator[JarvisContextManager]:
    with JarvisContextManager(store_path) as made:
        yield made


def clerk(calls: list[str], *script: Any, **options: Any) -> Agent[Any]:
    return Agent("clerk", tools=[counting(calls, **options)], model=ScriptedModel(list(script)))


async def types(result: Any) -> list[str]:
    """The types of a streamed run's events, as they come."""
    return [event.type async for event in result.stream_events()]


async def test_a_streamed_run_has_the_events_and_the_result_that_the_sdk_gives_and_is_a_task(
    manager: JarvisContextManager,
) -> None:
    script, theirs, ours = (asks("a"), says("done")), list[str](), list[str]()
    plain = Runner.run_streamed(clerk(theirs, *script), "count")
    expected = await types(plain)

    watched = watch_runner(manager).run_streamed(clerk(ours, *script), "count", task_id="t")
    before, events = (watched.final_output, watched.is_complete), await types(watched)

    assert (before, events, ours) == ((None, False), expected, theirs)
    assert (watched.final_output, watched.is_complete, watched.last_agent.name) == ("done", True, "clerk")
    assert watched.to_input_list() == plain.to_input_list()
    assert (await types(watched), manager.journal.writer.state.tasks["t"].status) == ([], "completed")


async def test_a_streamed_run_tells_its_turn_and_agent_before_it_begins_and_after_it_has_ended(
    manager: JarvisContextManager,
) -> None:
    plain = Runner.run_streamed(clerk([], says("done")), "count")
    await types(plain)

    watched = watch_runner(manager).run_streamed(clerk([], says("done")), "count")
    before = (watched.current_turn, watched.current_agent.name, watched.run_loop_exception, watched.trace)
    await types(watched)

    assert before == (0, "clerk", None, None)
    assert (watched.current_turn, watched.current_agent.name) == (plain.current_turn, plain.current_agent.name)
    assert watched.run_loop_exception is None


async def test_a_streamed_run_goes_on_when_nobody_reads_it(manager: JarvisContextManager) -> None:
    session = JarvisSession("42", manager)

    watched = watch_runner(manager).run_streamed(clerk([], asks("a"), says("done")), "count", session=session)
    await watched._task

    assert watched.final_output == "done"
    assert len(await session.get_items()) == 4


async def test_what_a_streamed_run_raises_reaches_whoever_reads_it_and_harms_nobody_else(
    manager: JarvisContextManager, caplog: pytest.LogCaptureFixture
) -> None:
    runner = watch_runner(manager)
    read = runner.run_streamed(clerk([], ModelBehaviorError("nonsense")), "count", task_id="read")
    endless = runner.run_streamed(clerk([], asks("a"), asks("b")), "count", task_id="endless", max_turns=1)
    unread = runner.run_streamed(clerk([], ModelBehaviorError("nonsense")), "count", task_id="unread")

    with pytest.raises(ModelBehaviorError, match="nonsense"):
        await types(read)
    with pytest.raises(MaxTurnsExceeded):
        await types(endless)
    await asyncio.wait([unread._task])
    del unread
    gc.collect()

    statuses = {id: task.status for id, task in manager.journal.writer.state.tasks.items()}
    assert statuses == {"read": "failed", "endless": "failed", "unread": "failed"}
    assert "never retrieved" not in caplog.text


@pytest.mark.parametrize("mode", ["immediate", "after_turn"])
async def test_a_streamed_run_that_is_cancelled_has_not_ended_and_can_be_made_again(
    manager: JarvisContextManager, mode: Any
) -> None:
    calls: list[str] = []
    agent, runner, session = clerk(calls, asks("a"), says("done")), watch_runner(manager), JarvisSession("42", manager)
    cancelled = runner.run_streamed(agent, "count", task_id="t", session=session)

    async for event in cancelled.stream_events():
        if getattr(event, "name", "") == "tool_output":
            cancelled.cancel(mode)
    status = manager.journal.writer.state.tasks["t"].status
    again = await runner.run(clerk(calls, says("done")), "count", task_id="t", session=session)

    assert (status, cancelled.final_output, again.final_output) == ("failed", None, "done")
    assert calls == ["a"]


async def test_a_streamed_run_that_waits_for_an_approval_goes_on_once_it_has_it(manager: JarvisContextManager) -> None:
    calls: list[str] = []
    agent, runner = clerk(calls, asks("a"), says("done"), needs_approval=True), watch_runner(manager)
    waiting = runner.run_streamed(agent, "count", task_id="t")
    await types(waiting)

    state = waiting.to_state()
    state.approve(waiting.interruptions[0])
    result = runner.run_streamed(agent, state, task_id="t")
    await types(result)

    assert (calls, result.final_output) == (["a"], "done")


def test_a_run_without_a_loop_of_the_persons_own_is_the_same_task(manager: JarvisContextManager) -> None:
    calls: list[str] = []
    runner, session = watch_runner(manager), JarvisSession("42", manager)

    said = [
        runner.run_sync(clerk(calls, asks(what), says(what)), "count", task_id=what, session=session).final_output
        for what in ("a", "b")
    ]

    assert (said, calls) == (["a", "b"], ["a", "b"])
    assert {task.status for task in manager.journal.writer.state.tasks.values()} == {"completed"}
    asyncio.get_event_loop_policy().get_event_loop().close()


async def test_a_run_without_a_loop_is_refused_within_one_as_by_the_sdk(manager: JarvisContextManager) -> None:
    with pytest.raises(RuntimeError, match="already running"):
        watch_runner(manager).run_sync(clerk([], says("done")), "count")


async def test_a_run_s_task_names_its_session_by_which_a_cleanup_knows_whose_it_is(
    manager: JarvisContextManager,
) -> None:
    session = JarvisSession("42", manager)
    await watch_runner(manager).run(clerk([], says("done")), "count", task_id="t", session=session)

    task = manager.journal.writer.state.tasks["t"]

    assert task.metadata["openai_agents"] == {"session": "42"}
    assert len(await texts(session)) == 2
