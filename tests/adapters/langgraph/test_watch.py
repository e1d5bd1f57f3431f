"""watch(graph): called as before, and what it does becomes tasks, decisions and turns."""

from __future__ import annotations

import asyncio
import operator
from collections.abc import Iterator
from errno import ENOSPC
from pathlib import Path
from typing import Annotated, Any
from unittest.mock import Mock

import pytest
from langchain_core.messages import AIMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, RetryPolicy, interrupt

from jarvis_ctx.adapters.langgraph import JarvisSaver, resume_interrupted, watch, watcher
from jarvis_ctx.errors import NoSaver, ThreadInUse
from jarvis_ctx.retention.threads import at_work

CONFIG: Any = {"configurable": {"thread_id": "thread"}}


class State(MessagesState):
    log: Annotated[list[str], operator.add]


class Weather:
    """Fails as often as it is told to."""

    def __init__(self, failures: int) -> None:
        self.failures = failures

    def __call__(self, state: State) -> dict[str, Any]:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("no answer")
        return {"log": ["looked"], "messages": [AIMessage("sunny")]}


@pytest.fixture
def saver(store_path: Path) -> Iterator[JarvisSaver]:
    with JarvisSaver(store_path) as made:
        yield made


def graph_of(saver: Any, failures: int = 0) -> Any:
    """A graph that looks, chooses, and asks a person."""
    builder: Any = StateGraph(State)
    builder.add_node("look", Weather(failures), retry_policy=RetryPolicy(initial_interval=0.001, max_attempts=2))
    builder.add_node("ask", lambda state: {"log": [interrupt("may I go?")]})
    builder.add_edge(START, "look")
    builder.add_conditional_edges("look", lambda state: "ask" if state["log"] else END)
    return builder.compile(checkpointer=saver, name="outing")


def statuses(saver: JarvisSaver) -> dict[str, str]:
    """Of the tasks, by what they are called without what depends on chance."""
    return {task["description"]: task["status"] for task in saver.manager.tasks()}


def test_a_watched_graph_is_what_it_was_and_returns_what_it_returned(saver: JarvisSaver) -> None:
    plain = graph_of(InMemorySaver()).invoke({"log": ["go"]}, CONFIG)

    watched = watch(graph_of(saver))
    found = watched.invoke({"log": ["go"]}, CONFIG)

    assert isinstance(watched, CompiledStateGraph)
    assert (found["log"], found["__interrupt__"][0].value) == (plain["log"], plain["__interrupt__"][0].value)
    assert [m.content for m in found["messages"]] == [m.content for m in plain["messages"]]
    assert watch(watched) is watched


def test_nodes_and_runs_are_tasks_and_one_that_asks_a_person_waits(saver: JarvisSaver) -> None:
    watched = watch(graph_of(saver))

    watched.invoke({"log": ["go"]}, CONFIG)
    asked = statuses(saver)
    watched.invoke(Command(resume="yes"), CONFIG)

    assert asked == {
        "outing on thread thread": "waiting",
        "look, superstep 1": "completed",
        "ask, superstep 2": "waiting",
    }
    assert set(statuses(saver).values()) == {"completed"}


def test_a_question_that_was_gone_past_does_not_make_its_thread_one_at_work(saver: JarvisSaver) -> None:
    watched = watch(graph_of(saver))
    watched.invoke({"log": ["go"]}, CONFIG)
    asked = at_work(saver.manager.journal.writer.state)

    watched.update_state(CONFIG, {"log": ["went without"]}, as_node="ask")
    watched.invoke(None, CONFIG)

    assert (asked, at_work(saver.manager.journal.writer.state)) == ({"thread"}, set())


def test_which_way_it_goes_is_a_decision_and_what_is_said_a_turn(saver: JarvisSaver) -> None:
    watch(graph_of(saver)).invoke({"log": ["go"]}, CONFIG)

    decisions, turns = saver.manager.decisions(), saver.manager.conversation()

    assert [(each.decision_type, each.decision, each.context["node"]) for each in decisions] == [
        ("route", ["ask"], "look")
    ]
    assert [(turn.role, turn.content, turn.details["node"]) for turn in turns] == [("ai", "sunny", "look")]


def test_a_node_that_is_tried_again_is_one_task_with_two_attempts(saver: JarvisSaver) -> None:
    watch(graph_of(saver, failures=1)).invoke({"log": ["go"]}, CONFIG)

    attempts = [a.outcome for t in _records(saver, "look, superstep 1") for a in t.attempts.values()]

    assert attempts == ["failed", "finished"]


def test_the_error_of_a_node_passes_through_and_is_told_of_node_and_run(saver: JarvisSaver) -> None:
    watched = watch(graph_of(saver, failures=9))

    with pytest.raises(ConnectionError, match="no answer"):
        watched.invoke({"log": ["go"]}, CONFIG)

    assert statuses(saver) == {"outing on thread thread": "failed", "look, superstep 1": "failed"}


def test_an_async_run_is_told_like_a_sync_one(saver: JarvisSaver) -> None:
    watched = watch(graph_of(saver))

    found = asyncio.run(watched.ainvoke({"log": ["go"]}, CONFIG))

    assert found["log"] == ["go", "looked"]
    assert statuses(saver)["outing on thread thread"] == "waiting"


def test_a_run_whose_caller_takes_no_more_is_paused_and_another_may_begin(saver: JarvisSaver) -> None:
    watched = watch(graph_of(saver))
    stream = watched.stream({"log": ["go"]}, CONFIG)
    next(stream)

    stream.close()

    assert statuses(saver)["outing on thread thread"] == "paused"
    assert watched.invoke(None, CONFIG)["log"] == ["go", "looked"]


def test_a_second_run_of_a_thread_is_refused_and_told_who_runs_it(saver: JarvisSaver) -> None:
    watched = watch(graph_of(saver))
    stream = watched.stream({"log": ["go"]}, CONFIG)
    next(stream)

    with pytest.raises(ThreadInUse, match=rf"'thread' is being run by process {saver.manager.run.process.pid}"):
        watched.invoke({"log": ["again"]}, CONFIG)
    stream.close()


@pytest.mark.parametrize("call", [watch, resume_interrupted])
def test_a_graph_with_another_checkpointer_is_refused(call: Any) -> None:
    with pytest.raises(NoSaver, match="InMemorySaver"):
        call(graph_of(InMemorySaver()))


def test_of_many_nodes_that_have_ended_the_eldest_leave_the_state(saver: JarvisSaver) -> None:
    builder: Any = StateGraph(State)
    builder.add_node("count", lambda state: {"log": ["."]})
    builder.add_edge(START, "count")
    builder.add_conditional_edges("count", lambda state: END if len(state["log"]) == 250 else "count")
    watched = watch(builder.compile(checkpointer=saver))

    watched.invoke({"log": []}, {**CONFIG, "recursion_limit": 300})

    assert len(saver.manager.tasks()) == 200


def _records(saver: JarvisSaver, description: str) -> list[Any]:
    tasks = saver.manager.journal.writer.state.tasks.values()
    return [task for task in tasks if task.description == description]


def test_a_node_that_could_not_leave_the_state_harms_no_graph_and_leaves_it_with_the_next(
    saver: JarvisSaver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "ENDED_KEPT", 0)
    seen, tasks = type(watch(graph_of(saver))).watcher, saver.manager.journal.writer.state.tasks
    for task in ("first", "second"):
        saver.manager.update_task_progress(task, {"status": "completed"})

    with monkeypatch.context() as full:
        full.setattr(saver.manager.journal, "append", Mock(side_effect=OSError(ENOSPC, "no room")))
        seen.ended("first")
    kept = list(tasks)
    seen.ended("second")

    assert (kept, list(tasks)) == (["first", "second"], [])
