"""Stands before what a graph's nodes are bound to: something begins before each and learns how it ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import ensure_config
from langgraph.pregel import Pregel

DURABILITY = "__pregel_durability"
"""Under which LangGraph's config says when a subgraph's checkpoints are durable."""
Begin = Callable[[RunnableConfig], AbstractContextManager[None]]
"""Begins a node, which runs within what this gives."""


class Node(Runnable[Any, Any]):
    """A node that begins as it is told to."""

    def __init__(self, name: str, bound: Runnable[Any, Any], begin: Begin) -> None:
        self.name, self._bound, self._begin = name, bound, begin

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        with self._begin(config or ensure_config()):
            return self._bound.invoke(input, _passed_on(self._bound, config), **kwargs)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        with self._begin(config or ensure_config()):
            return await self._bound.ainvoke(input, _passed_on(self._bound, config), **kwargs)


def with_nodes(graph: Any, kind: type[Any], make: Callable[[str, Runnable[Any, Any]], Runnable[Any, Any]]) -> Any:
    """The graph as its own `copy` makes it, of this class, with each of its nodes bound to what `make` gives."""
    parts = {part: value for part, value in vars(graph).items() if part != "__orig_class__"}
    parts["nodes"] = {
        name: node if name.startswith("__") else node.copy({"bound": make(name, node.bound)})
        for name, node in graph.nodes.items()
    }
    return kind(**parts)


def _passed_on(bound: Runnable[Any, Any], config: RunnableConfig | None) -> RunnableConfig | None:
    """The config for what a node is bound to: LangGraph raises where a subgraph is to wait for checkpoints it lacks."""
    if config is None or not isinstance(bound, Pregel) or bound.checkpointer is not False:
        return config
    kept = {key: value for key, value in config.get("configurable", {}).items() if key != DURABILITY}
    return {**config, "configurable": kept}
