"""Which nodes led to a node: those that wrote what it is triggered by."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import msgspec
from langchain_core.runnables import RunnableConfig
from langgraph.types import Send

from jarvis_ctx.adapters.langgraph import places
from jarvis_ctx.adapters.langgraph.told import BRANCH, TASKS
from jarvis_ctx.journal import forks

SEND = "__pregel_send"
"""Under which LangGraph's config has what takes a node's writes: the `extend` of a deque."""
PUSHED = "__pregel_push"
"""How the path of a node begins that was sent to."""
TRIGGERS = BRANCH, "join:"
"""How the channels begin that say which node is next."""
Path = tuple[Any, ...]


class _Begun(msgspec.Struct, frozen=True):
    """A node that began in a superstep; its writes are all there when the next superstep begins."""

    task: str
    namespace: str
    path: Path
    writes: Iterable[tuple[str, Any]]


class _Graph:
    """One graph's way so far."""

    def __init__(self) -> None:
        self._step = 0
        self._begun: dict[str, _Begun] = {}
        self._wrote: dict[str, list[str]] = {}
        """By channel: the tasks that wrote to it since the node ran that it triggers."""
        self._sent: list[tuple[str, str]] = []
        """The nodes that the last superstep sent to, in LangGraph's order, each with who sent."""

    def before(self, node: _Begun, name: str, triggers: Iterable[str]) -> list[str]:
        """A node begins: the tasks that led to it."""
        self._begun[node.task] = node
        if node.path[:1] == (PUSHED,):
            to, sender = self._sent[node.path[1]] if node.path[1] < len(self._sent) else ("", "")
            return [sender] if to == name else []
        return list(dict.fromkeys(task for channel in triggers for task in self._wrote.pop(channel, ())))

    def reach(self, step: int) -> list[str]:
        """A superstep begins: what was written in those before it is known. The namespaces of their nodes."""
        if step == self._step:
            return []
        over = sorted(self._begun.values(), key=lambda each: _order(each.path))
        self._step, self._begun, self._sent = step, {}, []
        for each in over:
            for channel, value in list(each.writes):
                if channel == TASKS and isinstance(value, Send):
                    self._sent.append((value.node, each.task))
                elif channel.startswith(TRIGGERS):
                    self._wrote.setdefault(channel, []).append(each.task)
        return [each.namespace for each in over]

    def inner(self) -> list[str]:
        """The namespaces of the nodes that began last."""
        return [each.namespace for each in self._begun.values()]


class Routes:
    """The ways that a watched graph takes in this process, by thread and namespace; told from any thread."""

    def __init__(self) -> None:
        self._graphs: dict[tuple[str, str], _Graph] = {}
        self._lock = threading.Lock()
        forks.renew_lock(self)

    def begin(self, thread: str, name: str, task: str, config: RunnableConfig) -> list[str]:
        """A node begins as `task`: the tasks that led to it, as far as this process has seen."""
        noted = config.get("metadata", {})
        writes = getattr(config.get("configurable", {}).get(SEND), "__self__", ())
        step, path = noted.get("langgraph_step", 0), tuple(noted.get("langgraph_path", ()))
        with self._lock:
            graph = self._graphs.setdefault((thread, places.above(config)), _Graph())
            for namespace in graph.reach(step):
                self._drop(thread, namespace)
            begun = _Begun(task, places.namespace_of(config), path, writes)
            return graph.before(begun, name, noted.get("langgraph_triggers", ()))

    def _drop(self, thread: str, namespace: str) -> None:
        """A node has ended; if it is a subgraph, that has come to its end, too."""
        graph = self._graphs.pop((thread, namespace), None)
        for inner in graph.inner() if graph is not None else ():
            self._drop(thread, inner)

    def forget(self, thread: str) -> None:
        """No run of this thread goes on."""
        with self._lock:
            for key in [key for key in self._graphs if key[0] == thread]:
                del self._graphs[key]


def _order(path: Path) -> list[str]:
    """LangGraph takes a superstep's writes in this order of the paths of their nodes."""
    return [f"{part:010}" if isinstance(part, int) else str(part) for part in path]
