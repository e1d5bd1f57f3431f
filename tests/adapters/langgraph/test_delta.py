"""A delta channel, of which checkpoints hold a snapshot now and then, is rebuilt as by LangGraph's own savers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph

from jarvis_ctx.adapters.langgraph import JarvisSaver
from tests.adapters.langgraph.graphs import Saver, config

pytestmark = pytest.mark.filterwarnings("ignore:.*beta:Warning")
NODES = ("left", "right", "middle")


def _added(state: list[str], writes: Sequence[list[str]]) -> list[str]:
    return [*state, *(each for write in writes for each in write)]


class State(TypedDict):
    log: Annotated[list[str], DeltaChannel(_added, snapshot_frequency=4)]


@pytest.fixture
def saver(store_path: Path) -> Iterator[JarvisSaver]:
    with JarvisSaver(store_path) as made:
        yield made


def graph(saver: Saver) -> Any:
    """Two nodes side by side, then one; each adds its name to the log."""
    builder: Any = StateGraph(State)
    for name in NODES:
        builder.add_node(name, lambda state, name=name: {"log": [f"{name} after {len(state['log'])}"]})
    builder.add_edge(START, "left")
    builder.add_edge(START, "right")
    builder.add_edge(["left", "right"], "middle")
    builder.add_edge("middle", END)
    return builder.compile(checkpointer=saver)


def ran(saver: Saver, runs: int) -> Any:
    """The graph after so many runs of one thread."""
    found = graph(saver)
    for number in range(runs):
        found.invoke({"log": [f"asked {number}"]}, config(), durability="sync")
    return found


def histories(saver: Saver) -> list[Any]:
    """What the log of each checkpoint is rebuilt from, without the ids, which differ from run to run."""
    found = [saver.get_delta_channel_history(config=each.config, channels=["log"]) for each in saver.list(config())]
    return [([write[1:] for write in each["log"]["writes"]], each["log"].get("seed")) for each in found]


def test_each_checkpoint_s_log_is_rebuilt_from_the_same_as_by_langgraph_s_saver_in_memory(saver: JarvisSaver) -> None:
    memory: Any = InMemorySaver()
    ran(memory, 5)

    ran(saver, 5)

    assert histories(saver) == histories(memory)
    assert {seed is None for _, seed in histories(saver)} == {True, False}


def test_a_run_that_follows_has_the_log_of_every_moment(store_path: Path) -> None:
    with JarvisSaver(store_path) as saver:
        told = [state.values["log"] for state in ran(saver, 5).get_state_history(config())]

    with JarvisSaver(store_path) as saver:
        found = [state.values["log"] for state in graph(saver).get_state_history(config())]

    assert found == told
    assert len(found[0]) == 20


@pytest.mark.parametrize("runs", [2, 3, 4])
def test_pruning_to_the_latest_checkpoint_leaves_what_its_log_is_rebuilt_from(saver: JarvisSaver, runs: int) -> None:
    found = ran(saver, runs)
    log, before = found.get_state(config()).values["log"], len(list(saver.list(config())))

    saver.prune(["thread"])

    assert graph(saver).get_state(config()).values["log"] == log
    assert len(list(saver.list(config()))) < before


def test_deleting_a_run_leaves_what_the_log_of_later_runs_is_rebuilt_from(saver: JarvisSaver) -> None:
    for run in ("r1", "r2", "r3"):
        graph(saver).invoke({"log": [run]}, {**config(), "metadata": {"run_id": run}}, durability="sync")
    log, before = graph(saver).get_state(config()).values["log"], len(list(saver.list(config())))

    saver.delete_for_runs(["r1", "r2"])

    assert graph(saver).get_state(config()).values["log"] == log
    assert len(list(saver.list(config()))) < before


def test_a_fork_of_a_thread_has_the_log_of_its_own_line(saver: JarvisSaver) -> None:
    found = ran(saver, 2)
    early = next(state for state in found.get_state_history(config()) if len(state.values["log"]) == 4)

    found.invoke({"log": ["asked otherwise"]}, early.config, durability="sync")

    log = graph(saver).get_state(config()).values["log"]
    assert log[:4] == early.values["log"]
    assert log[4] == "asked otherwise"
    assert len(log) == 8


def test_a_copied_thread_has_the_same_log(saver: JarvisSaver) -> None:
    log = ran(saver, 3).get_state(config()).values["log"]

    saver.copy_thread("thread", "copy")

    assert graph(saver).get_state(config("copy")).values["log"] == log


def test_the_async_twin_says_the_same(saver: JarvisSaver) -> None:
    ran(saver, 3)
    latest = next(saver.list(config())).config

    told = asyncio.run(saver.aget_delta_channel_history(config=latest, channels=["log"]))

    assert told == saver.get_delta_channel_history(config=latest, channels=["log"])
    assert told["log"]["writes"]
