"""A LangGraph program as its user writes it, with a JarvisSaver and `watch`, that serves its dashboard.

`python -m tests.browser.graph STORE PORT CALM` says that it is ready once its graph waits for a person, and lives until
it is killed.
"""

from __future__ import annotations

import operator
import sys
import time
from typing import Annotated, Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt

from jarvis_ctx.adapters.langgraph import JarvisSaver, watch
from tests.browser.orchestrator import READY


class State(TypedDict):
    log: Annotated[list[str], operator.add]


def graph(saver: JarvisSaver) -> Any:
    """Looks, chooses, and asks a person."""
    builder: Any = StateGraph(State)
    builder.add_node("look", lambda state: {"log": ["looked"]})
    builder.add_node("ask", lambda state: {"log": [interrupt("may I go out?")]})
    builder.add_edge(START, "look")
    builder.add_conditional_edges("look", lambda state: "ask" if state["log"] else END)
    return watch(builder.compile(checkpointer=saver, name="outing"))


def main(store: str, port: str, _calm: str) -> None:
    """Run it."""
    with JarvisSaver(store, serve=True, port=int(port), rate_limit=0) as saver:
        graph(saver).invoke({"log": ["go"]}, {"configurable": {"thread_id": "sunday"}})
        while saver.manager.api == {"url": "", "error": ""}:
            time.sleep(0.01)
        saver.manager.flush()
        print(READY, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
