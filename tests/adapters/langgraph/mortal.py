"""A process that runs a graph whose nodes have an effect outside, and that may kill itself in the middle of it.

`python -m tests.adapters.langgraph.mortal FOLDER SAVER DEATH`: SAVER is `jarvis`, or `sqlite` as LangGraph ships it;
DEATH is what it dies at: `put:2` (its second checkpoint), `writes:2`, `effect:2` (right after the second effect), or
`none`. It carries on what an earlier one left, or else begins the thread. Effects are lines of FOLDER/effects.
"""

from __future__ import annotations

import operator
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph

from jarvis_ctx import durable_step
from jarvis_ctx.adapters.langgraph import JarvisSaver, resume_interrupted, watch

NODES = ("fetch", "judge", "write")


class State(TypedDict):
    done: Annotated[list[str], operator.add]


class Death:
    """Kills this process at the n-th of something."""

    def __init__(self, told: str) -> None:
        self._at, _, count = told.partition(":")
        self._left = int(count or 0)

    def at(self, what: str) -> None:
        if what == self._at:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def before(self, what: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def dying(*args: Any, **kwargs: Any) -> Any:
            self.at(what)
            return call(*args, **kwargs)

        return dying


def built(folder: Path, death: Death) -> Any:
    """The graph: each node has its effect once, if all goes well."""

    def effect(name: str) -> str:
        with open(folder / "effects", "a") as file:
            file.write(name + "\n")
        return name

    def node(name: str) -> Callable[[State], dict[str, list[str]]]:
        def work(state: State) -> dict[str, list[str]]:
            done = durable_step(name, effect, name)
            death.at("effect")
            return {"done": [done]}

        return work

    builder: Any = StateGraph(State)
    for name in NODES:
        builder.add_node(name, node(name))
    for first, second in zip((START, *NODES), (*NODES, END), strict=True):
        builder.add_edge(first, second)
    return builder


CONFIG: Any = {"configurable": {"thread_id": "report"}}


def with_jarvis(folder: Path, death: Death) -> list[str]:
    """Run it to its end with us."""
    with JarvisSaver(folder / "store") as saver:
        graph = watch(built(folder, death).compile(checkpointer=saver))
        saver.put = death.before("put", saver.put)  # type: ignore[method-assign]
        saver.put_writes = death.before("writes", saver.put_writes)  # type: ignore[method-assign]
        for thread in resume_interrupted(graph):
            print(thread.outcome)
        if not graph.get_state(CONFIG).values.get("done"):
            graph.invoke({"done": []}, CONFIG)
        return list(graph.get_state(CONFIG).values["done"])


def with_sqlite(folder: Path, death: Death) -> list[str]:
    """Run it to its end with LangGraph's own saver, as strict as it goes."""
    connection = sqlite3.connect(folder / "checkpoints.db", check_same_thread=False)
    try:
        saver = SqliteSaver(connection)
        saver.put = death.before("put", saver.put)  # type: ignore[method-assign]
        graph = built(folder, death).compile(checkpointer=saver)
        graph.invoke(None if graph.get_state(CONFIG).next else {"done": []}, CONFIG, durability="sync")
        return list(graph.get_state(CONFIG).values["done"])
    finally:
        connection.close()


if __name__ == "__main__":
    run = with_jarvis if sys.argv[2] == "jarvis" else with_sqlite
    print(*run(Path(sys.argv[1]), Death(sys.argv[3])))
