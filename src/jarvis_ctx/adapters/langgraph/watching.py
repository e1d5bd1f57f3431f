"""watch(graph): the same graph, and everything it does becomes events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.pregel import Pregel

from jarvis_ctx.adapters.langgraph.claimed import claimed
from jarvis_ctx.adapters.langgraph.inner import told
from jarvis_ctx.adapters.langgraph.nodes import Node, with_nodes
from jarvis_ctx.adapters.langgraph.saver import JarvisSaver
from jarvis_ctx.adapters.langgraph.watcher import Watcher
from jarvis_ctx.errors import NoSaver

G = TypeVar("G", bound=Pregel[Any, Any, Any, Any])
ALREADY_WAITS = ("sync", "exit")


def watch(graph: G, *, name: str | None = None) -> G:
    """The graph with its runs and nodes as tasks; it is called as before, and `isinstance` says as before.

    Of each run of a thread it becomes an event when a node begins, returns, raises, is tried again or interrupts, one
    of a subgraph that is a node among them, which way a conditional edge or `Command` went, and what was said in
    `messages`. `name` tells graphs apart in `resume_interrupted`; without it the graph's own counts. `durable_step`
    within a node is kept until LangGraph has what the node wrote. A superstep begins when the checkpoint before it is
    durable (`durability="sync"`, which costs a JarvisSaver next to nothing), unless the caller says
    `durability="exit"`.

    Raises `NoSaver` for a graph that was not compiled with a `JarvisSaver`. A second run of one thread at the same time
    raises `ThreadInUse`.
    """
    saver = saver_of(graph, "watch")
    known = getattr(type(graph), "watcher", None)
    if known is not None:
        return graph
    watcher = Watcher(saver, name or graph.get_name(), graph)
    kind = type(type(graph).__name__, (Watched, type(graph)), {"watcher": watcher})
    watched: G = with_nodes(
        graph, kind, lambda name, bound: Node(name, told(bound, watcher), partial(claimed, watcher, name, bound))
    )
    return watched


def saver_of(graph: Any, what: str) -> JarvisSaver:
    """The saver a graph was compiled with. Raises `NoSaver`."""
    found = getattr(graph, "checkpointer", None)
    if not isinstance(found, JarvisSaver):
        raise NoSaver(what=what, found=type(found).__name__ if found is not None else "no checkpointer")
    return found


class Watched:
    """The two methods through which every run of a graph goes."""

    watcher: Watcher

    def stream(self, input: Any, config: RunnableConfig | None = None, **options: Any) -> Iterator[Any]:
        """As the graph's own."""
        base: Any = super()
        run = self.watcher.run_of(self, config, input is None)
        if run is None:
            yield from base.stream(input, config, **options)
        else:
            yield from run.stream(base.stream(input, config, **_waiting(options)))

    async def astream(self, input: Any, config: RunnableConfig | None = None, **options: Any) -> AsyncIterator[Any]:
        """As the graph's own."""
        base: Any = super()
        run = self.watcher.run_of(self, config, input is None)
        if run is None:
            async for chunk in base.astream(input, config, **options):
                yield chunk
        else:
            async for chunk in run.astream(base.astream(input, config, **_waiting(options))):
                yield chunk


def _waiting(options: dict[str, Any]) -> dict[str, Any]:
    """The options, so that no superstep runs ahead of its checkpoint."""
    if options.get("durability") in ALREADY_WAITS or options.get("checkpoint_during") is not None:
        return options
    return {**options, "durability": "sync"}
