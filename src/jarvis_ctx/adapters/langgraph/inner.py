"""The nodes of a subgraph: told as parts of the node that it is, and no tasks that are claimed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import ensure_config
from langgraph.errors import GraphBubbleUp, ParentCommand
from langgraph.pregel import Pregel

from jarvis_ctx.adapters.langgraph import places
from jarvis_ctx.adapters.langgraph.runs import MARK

if TYPE_CHECKING:
    from jarvis_ctx.adapters.langgraph.watcher import Watcher

DURABILITY = "__pregel_durability"
"""Under which LangGraph's config says when a subgraph's checkpoints are durable."""
Told = Callable[[str], None]
"""Tells what became of a node: its status."""


class InnerNode(Runnable[Any, Any]):
    """Stands before what a node of a subgraph is bound to.

    Its steps stay those of the node that the subgraph is, which is claimed: a subgraph without checkpoints begins anew
    after a crash, and its nodes under other ids.
    """

    def __init__(self, name: str, bound: Runnable[Any, Any], watcher: Watcher) -> None:
        self.name, self._node, self._bound, self._watcher = name, name, bound, watcher

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        tell = self._begun(config)
        try:
            result = self._bound.invoke(input, passed_on(self._bound, config), **kwargs)
        except BaseException as error:
            # Every way out of a node is an outcome; it is told and goes on as it is.
            tell(_outcome(error))
            raise
        tell("completed")
        return result

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        tell = self._begun(config)
        try:
            result = await self._bound.ainvoke(input, passed_on(self._bound, config), **kwargs)
        except BaseException as error:
            # As in `invoke`; a cancelled node has failed, too.
            tell(_outcome(error))
            raise
        tell("completed")
        return result

    def _begun(self, config: RunnableConfig | None) -> Told:
        given, watcher = config or ensure_config(), self._watcher
        task, step = places.task_of(given), given.get("metadata", {}).get("langgraph_step", "?")
        mark = {MARK: {"node_of": places.thread_of(given)}, **watcher.part(self._node, task, given)}
        said = {"description": f"{self._node}, superstep {step}", "agent": self._node, "metadata": mark}
        watcher.tell(task, {"status": "in_progress", **said})

        def tell(status: str) -> None:
            watcher.tell(task, {"status": status})
            watcher.ended(task)

        return tell


def told(bound: Runnable[Any, Any], watcher: Watcher) -> Runnable[Any, Any]:
    """A subgraph whose nodes are told of; anything else as it is."""
    if not isinstance(bound, Pregel) or hasattr(type(bound), "watcher"):
        return bound
    watched: Runnable[Any, Any] = with_nodes(
        bound, type(bound), lambda name, inner: InnerNode(name, told(inner, watcher), watcher)
    )
    return watched


def with_nodes(graph: Any, kind: type[Any], make: Callable[[str, Runnable[Any, Any]], Runnable[Any, Any]]) -> Any:
    """The graph as its own `copy` makes it, of this class, with each of its nodes bound to what `make` gives."""
    parts = {part: value for part, value in vars(graph).items() if part != "__orig_class__"}
    parts["nodes"] = {
        name: node if name.startswith("__") else node.copy({"bound": make(name, node.bound)})
        for name, node in graph.nodes.items()
    }
    return kind(**parts)


def passed_on(bound: Runnable[Any, Any], config: RunnableConfig | None) -> RunnableConfig | None:
    """The config for what a node is bound to: LangGraph raises where a subgraph is to wait for checkpoints it lacks."""
    if config is None or not isinstance(bound, Pregel) or bound.checkpointer is not False:
        return config
    kept = {key: value for key, value in config.get("configurable", {}).items() if key != DURABILITY}
    return {**config, "configurable": kept}


def _outcome(error: BaseException) -> str:
    """An interrupt is no failure, and a command for a graph above is an end."""
    if isinstance(error, ParentCommand):
        return "completed"
    return "waiting" if isinstance(error, GraphBubbleUp) else "failed"
