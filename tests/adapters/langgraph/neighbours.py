"""A process that runs two threads of a graph at once, one named like the beginning of the other, and dies in both.

`python -m tests.adapters.langgraph.neighbours FOLDER die`, and then `... FOLDER none`, which carries both on. The
effects are lines of FOLDER/effects.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any, TypedDict

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph

from jarvis_ctx import durable_step
from jarvis_ctx.adapters.langgraph import JarvisSaver, resume_interrupted, watch

THREADS = ("a", "a/b")


class State(TypedDict):
    n: int


def built(folder: Path, saver: JarvisSaver, dies: bool) -> Any:
    """A graph of one node, which has its effect and, if it is to die, waits there for the other thread's."""
    both = threading.Barrier(len(THREADS))

    def effect(thread: str) -> None:
        with open(folder / "effects", "a") as file:
            file.write(thread + "\n")

    def node(state: State, config: RunnableConfig) -> dict[str, int]:
        durable_step("effect", effect, config["configurable"]["thread_id"])
        if dies:
            both.wait()
            os._exit(9)
        return {"n": 1}

    builder: Any = StateGraph(State)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    builder.add_edge("node", END)
    return watch(builder.compile(checkpointer=saver))


def main(folder: Path, dies: bool) -> None:
    with JarvisSaver(folder / "store") as saver:
        graph = built(folder, saver, dies)
        print(*(f"{carried.thread}: {carried.outcome}" for carried in resume_interrupted(graph)), sep=", ")
        if dies:
            runs = [
                threading.Thread(target=graph.invoke, args=({"n": 0}, {"configurable": {"thread_id": thread}}))
                for thread in THREADS
            ]
            for run in runs:
                run.start()
            for run in runs:
                run.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] == "die")
