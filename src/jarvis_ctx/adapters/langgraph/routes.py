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
    step: int
    path: Path
    writes: Iterable[tuple[str, Any]]


class _Graph:
    """One graph's way so far."""

    def __init__(self) -> None:
        self._begun: dict[str, _Begun] = {}
        self._wrote: dict[str, list[str]] = {}
        """By channel: the tasks that wrote to it since the node ran that it triggers."""
        self._sent: list[tuple[str, str]] = []
        """The nodes that the last superstep sent to, in LangGraph's order, each with who sent."""

    def before(self, node: _Begun, name: str, triggers: Iterable[str]) -> list[str]:
        """A node begins: the tasks that led to it."""
        self._reach(node.step)
        self._begun[node.task] = node
        if node.path[:1] == (PUSHED,):
            to, sender = self._sent[node.path[1]] if node.path[1] < len(self._sent) else ("", "")
            return [sender] if to == name else []
        return list(dict.fromkeys(task for channel in triggers for task in self._wrote.pop(channel, ())))

    def _reach(self, step: int) -> None:
        """A superstep begins: what was written in those before it is known."""
        over = sorted((each for each in self._begun.values() if each.step < step), key=lambda each: _order(each.path))
        if over:
            self._sent = []
        for each in over:
            del self._begun[each.task]
            for channel, value in list(each.writes):
                if channel == TASKS and isinstance(value, Send):
                    self._sent.append((value.node, each.task))
                elif channel.startswith(TRIGGERS):
                    self._wrote.setdefault(channel, []).append(each.task)


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
        above = places.namespace_of(config).rpartition("|")[0]
        with self._lock:
            graph = self._graphs.setdefault((thread, above), _Graph())
            return graph.before(_Begun(task, step, path, writes), name, noted.get("langgraph_triggers", ()))

    def forget(self, thread: str) -> None:
        """No run of this thread goes on."""
        with self._lock:
            for key in [key for key in self._graphs if key[0] == thread]:
                del self._graphs[key]


def _order(path: Path) -> list[str]:
    """LangGraph takes a superstep's writes in this order of the paths of their nodes."""
    return [f"{part:010}" if isinstance(part, int) else str(part) for part in path]
