"""A watched graph's nodes are noted where they belong: by name, in their thread, behind those that led to them."""

from __future__ import annotations

import asyncio
import contextlib
import operator
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, RetryPolicy, Send, interrupt

from jarvis_ctx.adapters.langgraph import JarvisSaver, watch
from jarvis_ctx.model.part import part_of

CONFIG: Any = {"configurable": {"thread_id": "sunday"}}


class State(TypedDict, total=False):
    log: Annotated[list[str], operator.add]


@pytest.fixture
def saver(store_path: Path) -> Iterator[JarvisSaver]:
    with JarvisSaver(store_path) as made:
        yield made


def logs(name: str) -> Any:
    """A node that does its work."""
    return lambda state: {"log": [name]}


def hands_up(state: State) -> Command[str]:
    """A node of a subgraph that hands over to the graph above."""
    return Command(graph=Command.PARENT, goto="write")


def ways(saver: JarvisSaver) -> list[tuple[str, list[str]]]:
    """The nodes by name, in the order they began, each with those that led to it."""
    tasks = saver.manager.journal.writer.state.tasks
    parts = {id: part_of(task) for id, task in tasks.items()}
    named = sorted((task.created, id) for id, task in tasks.items() if parts[id].name)
    return [(parts[id].name, [parts[before].name for before in parts[id].after]) for _, id in named]


def test_a_node_that_was_sent_to_is_behind_who_sent_and_a_join_behind_all_it_waits_for(saver: JarvisSaver) -> None:
    builder: Any = StateGraph(State)
    builder.add_node("lead", lambda state: Command(goto=[Send("read", {}), Send("read", {}), "draw"]))
    builder.add_node("read", logs("read"))
    builder.add_node("draw", logs("draw"))
    builder.add_node("write", logs("write"))
    builder.add_edge(START, "lead")
    builder.add_edge(["read", "draw"], "write")

    watch(builder.compile(checkpointer=saver)).invoke({}, CONFIG)

    assert sorted(ways(saver)) == [
        ("draw", ["lead"]),
        ("lead", []),
        ("read", ["lead"]),
        ("read", ["lead"]),
        ("write", ["draw", "read", "read"]),
    ]


def test_each_turn_of_a_loop_is_behind_the_one_before(saver: JarvisSaver) -> None:
    builder: Any = StateGraph(State)
    builder.add_node("think", logs("think"))
    builder.add_node("act", logs("act"))
    builder.add_edge(START, "think")
    builder.add_edge("act", "think")
    builder.add_conditional_edges("think", lambda state: END if len(state["log"]) > 4 else "act")

    watch(builder.compile(checkpointer=saver)).invoke({"log": []}, CONFIG)

    assert ways(saver) == [
        ("think", []),
        ("act", ["think"]),
        ("think", ["act"]),
        ("act", ["think"]),
        ("think", ["act"]),
    ]


def test_a_node_that_is_tried_again_and_then_asks_stays_behind_what_led_to_it(saver: JarvisSaver) -> None:
    fails = [ConnectionError()]

    def ask(state: State) -> State:
        if fails:
            raise fails.pop()
        return {"log": [interrupt("may I?")]}

    builder: Any = StateGraph(State)
    builder.add_node("look", logs("look"))
    builder.add_node("ask", ask, retry_policy=RetryPolicy(initial_interval=0.001, max_attempts=2))
    builder.add_edge(START, "look")
    builder.add_edge("look", "ask")
    watched = watch(builder.compile(checkpointer=saver))

    watched.invoke({"log": []}, CONFIG)
    watched.invoke(Command(resume="yes"), CONFIG)

    assert ways(saver) == [("look", []), ("ask", ["look"])]


@pytest.mark.parametrize("goes", ["by an edge", "by a send"])
def test_a_run_that_another_process_goes_on_with_knows_what_led_to_its_next_node(saver: JarvisSaver, goes: str) -> None:
    builder: Any = StateGraph(State)
    builder.add_node("look", lambda state: Command(goto="ask" if goes == "by an edge" else [Send("ask", {})]))
    builder.add_node("ask", logs("ask"))
    builder.add_edge(START, "look")
    watch(builder.compile(checkpointer=saver, interrupt_before=["ask"])).invoke({"log": []}, CONFIG)

    watch(builder.compile(checkpointer=saver)).invoke(None, CONFIG)

    assert ways(saver) == [("look", []), ("ask", ["look"])]


def test_runs_and_nodes_belong_to_their_thread_and_nodes_to_their_run(saver: JarvisSaver) -> None:
    builder: Any = StateGraph(State)
    builder.add_node("look", logs("look"))
    builder.add_edge(START, "look")

    watch(builder.compile(checkpointer=saver)).invoke({"log": []}, CONFIG)
    run, node = saver.manager.tasks()

    assert [(task["title"], task["group"]) for task in (run, node)] == [
        ("thread sunday", "thread sunday"),
        ("look", "thread sunday"),
    ]
    assert node["metadata"]["part"]["of"] == run["id"]


def team(checkpointer: Any = None) -> Any:
    """A subgraph of two nodes one after the other."""
    builder: Any = StateGraph(State)
    builder.add_node("search", logs("search"))
    builder.add_node("rank", logs("rank"))
    builder.add_edge(START, "search")
    builder.add_edge("search", "rank")
    return builder.compile(checkpointer=checkpointer)


def graph_of(inner: Any, saver: JarvisSaver) -> Any:
    """A graph of which `team` is a node."""
    builder: Any = StateGraph(State)
    builder.add_node("team", inner)
    builder.add_edge(START, "team")
    return builder.compile(checkpointer=saver)


@pytest.mark.parametrize("checkpointer", [None, True, False])
def test_the_nodes_of_a_subgraph_are_part_of_the_node_that_it_is(saver: JarvisSaver, checkpointer: Any) -> None:
    watched = watch(graph_of(team(checkpointer), saver))

    found = asyncio.run(watched.ainvoke({"log": []}, CONFIG)) if checkpointer else watched.invoke({"log": []}, CONFIG)
    tasks = {task["title"]: task for task in saver.manager.tasks()}

    assert found["log"] == ["search", "rank"]
    assert ways(saver) == [("team", []), ("search", []), ("rank", ["search"])]
    assert {tasks[name]["metadata"]["part"]["of"] for name in ("search", "rank")} == {tasks["team"]["id"]}
    assert {task["status"] for task in tasks.values()} == {"completed"}


@pytest.mark.parametrize(("error", "status"), [(ValueError("no"), "failed"), (None, "waiting")])
def test_a_node_of_a_subgraph_that_raises_or_asks_says_so(saver: JarvisSaver, error: Any, status: str) -> None:
    def ask(state: State) -> State:
        if error is not None:
            raise error
        return {"log": [interrupt("may I?")]}

    inner: Any = StateGraph(State)
    inner.add_node("ask", ask)
    inner.add_edge(START, "ask")

    with contextlib.suppress(ValueError):
        watch(graph_of(inner.compile(), saver)).invoke({"log": []}, CONFIG)

    assert {task["title"]: task["status"] for task in saver.manager.tasks()}["ask"] == status


@pytest.mark.parametrize("called", ["invoke", "ainvoke"])
def test_a_subgraph_that_hands_over_to_its_parent_has_ended(saver: JarvisSaver, called: str) -> None:
    def handing() -> Any:
        return StateGraph(State).add_edge(START, "hand")

    desk: Any = handing().add_node("hand", hands_up)
    floor: Any = handing().add_node("hand", desk.compile(), destinations=("write",)).add_node("write", hands_up)
    house: Any = handing().add_node("hand", floor.compile()).add_node("write", logs("write"))
    watched = watch(house.compile(checkpointer=saver))

    found = asyncio.run(watched.ainvoke({}, CONFIG)) if called == "ainvoke" else watched.invoke({}, CONFIG)

    assert found["log"] == ["write"]
    assert {task["status"] for task in saver.manager.tasks()} == {"completed"}
    assert [name for name, _ in ways(saver)] == ["hand", "hand", "hand", "write", "write"]


def test_a_subgraph_that_begins_anew_leaves_none_of_its_nodes_running(saver: JarvisSaver) -> None:
    watched = watch(graph_of(team(), saver))
    watched.invoke({"log": []}, CONFIG)
    outer = next(task["id"] for task in saver.manager.tasks() if task["title"] == "team")
    saver.manager.update_task_progress(f"{outer}|search:1", {"status": "in_progress"})

    type(watched).watcher.begun_anew(outer)

    assert {task["status"] for task in saver.manager.tasks()} == {"completed", "cancelled"}
