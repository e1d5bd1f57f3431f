"""LangGraph's SqliteSaver: a node a step, a thread a task; `--durability` is sync or async, its default."""

from __future__ import annotations

import sys
from operator import add
from typing import Annotated, Any, TypedDict

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph

from tests.peers.world import STEPS, World, main


class State(TypedDict):
    task: int
    results: Annotated[list[str], add]


def program(world: World) -> None:
    def node(step: int) -> Any:
        return lambda state: {"results": [world.act(state["task"], step)]}

    durability: Any = sys.argv[2]
    names = [str(step) for step in range(STEPS)]
    builder = StateGraph(State)
    for step, name in enumerate(names):
        builder.add_node(name, node(step))
    for before, after in zip([START, *names], [*names, END], strict=True):
        builder.add_edge(before, after)

    with SqliteSaver.from_conn_string(str(world.store / "checkpoints.sqlite")) as saver:
        graph = builder.compile(checkpointer=saver)
        for task in world.tasks():
            config: RunnableConfig = {"configurable": {"thread_id": str(task)}}
            state = graph.get_state(config)
            # By its tasks, not by `next`, which is empty where a step is done whose checkpoint is not yet written.
            if state.tasks or not state.values:
                # None carries an interrupted thread on from its last checkpoint.
                given: Any = None if state.tasks else {"task": task, "results": []}
                for update in graph.stream(given, config, stream_mode="updates", durability=durability):
                    # A step that was done before the kill says besides that it was not done again.
                    world.kept(task, int(*(update.keys() - {"__metadata__"})))
            world.through(task, graph.get_state(config).values["results"])


if __name__ == "__main__":
    main(program)
