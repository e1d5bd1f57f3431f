"""The nodes of a subgraph: told as parts of the node that it is, and no tasks that are claimed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.errors import GraphBubbleUp, ParentCommand
from langgraph.pregel import Pregel

from jarvis_ctx.adapters.langgraph import places
from jarvis_ctx.adapters.langgraph.nodes import Node, with_nodes

if TYPE_CHECKING:
    from jarvis_ctx.adapters.langgraph.watcher import Watcher


def told(bound: Runnable[Any, Any], watcher: Watcher) -> Runnable[Any, Any]:
    """A subgraph whose nodes are told of; anything else as it is.

    Their steps stay those of the node that the subgraph is, which is claimed: a subgraph without checkpoints begins
    anew after a crash, and its nodes under other ids.
    """
    if not isinstance(bound, Pregel) or hasattr(type(bound), "watcher"):
        return bound
    watched: Runnable[Any, Any] = with_nodes(
        bound, type(bound), lambda name, inner: Node(name, told(inner, watcher), partial(_within, watcher, name))
    )
    return watched


@contextmanager
def _within(watcher: Watcher, name: str, config: RunnableConfig) -> Iterator[None]:
    """The node of this name runs within this. Every way out of it is an outcome, and goes on as it is."""
    task, status = places.task_of(config), "completed"
    watcher.tell(task, {"status": "in_progress", **watcher.about(name, task, config)})
    try:
        yield
    except BaseException as error:
        # A cancelled node has failed, too.
        status = _outcome(error)
        raise
    finally:
        watcher.tell(task, {"status": status})
        watcher.ended(task)


def _outcome(error: BaseException) -> str:
    """An interrupt is no failure, and a command for a graph above is an end."""
    if isinstance(error, ParentCommand):
        return "completed"
    return "waiting" if isinstance(error, GraphBubbleUp) else "failed"
