"""What is known of a watched graph while it runs: its runs by thread, and nodes whose writes are not stored yet."""

from __future__ import annotations

import threading
import uuid
from collections import deque
from collections.abc import Sequence
from typing import Any

from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config, merge_configs

from jarvis_ctx.adapters.langgraph import places
from jarvis_ctx.adapters.langgraph.parts import Parts
from jarvis_ctx.adapters.langgraph.runs import MARK, Run
from jarvis_ctx.adapters.langgraph.saver import JarvisSaver
from jarvis_ctx.adapters.langgraph.told import INTERRUPT, Telling, shown
from jarvis_ctx.capture.current import CurrentTask
from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.errors import JarvisError, ThreadInUse
from jarvis_ctx.journal import forks
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.task import TaskRecord
from jarvis_ctx.sidecar import JarvisContextManager

TASK_ID = "__pregel_task_id"
"""Under which LangGraph's config names the task: the same whenever it runs after one checkpoint."""
ENDED_KEPT = 200
"""Nodes and runs that have ended and are still looked at; earlier ones leave the state, and the store keeps them."""


class Owner:
    """A node's sidecar, but for its steps: they are kept until LangGraph has what the node wrote."""

    def __init__(self, saver: JarvisSaver) -> None:
        self._manager = saver.manager
        self.steps = saver.manager.graphs.steps

    def __getattr__(self, name: str) -> Any:
        return getattr(self._manager, name)


class Watcher:
    """Watches one graph in this process, from any thread."""

    def __init__(self, saver: JarvisSaver, name: str, graph: Any) -> None:
        self.saver, self.manager, self.name = saver, saver.manager, name
        self.owner = Owner(saver)
        self.live: dict[str, Run] = {}
        """The run of each thread that is run now."""
        self.resumed: dict[str, TaskId] = {}
        """Threads about to be carried on, with the task of the run that was cut off."""
        self.waiting = {mark["thread"]: task.id for task, mark in marked(self.manager, name) if task.blockers}
        """Threads that wait for a person, with the task of the run that asked."""
        self._lock = threading.Lock()
        forks.renew_lock(self)
        self._returned: dict[str, tuple[str, CurrentTask, TaskCall]] = {}
        """Nodes that have returned, by LangGraph's id of the task, with their thread."""
        self._untold: dict[str, tuple[str, TaskCall]] = {}
        """Nodes of which it is not told yet what they wrote; a checkpoint may be stored before a node's writes are."""
        self._ended: deque[str] = deque()
        self._parts = Parts(saver)
        self._telling = Telling(self.manager, _branching(graph))
        saver.listeners.append(self)

    def run_of(self, graph: Any, config: RunnableConfig | None, goes_on: bool = False) -> Run | None:
        """A run that begins with this config, or `goes_on` where an earlier one was; None where it is part of another
        run, or of no thread.
        """
        merged = merge_configs(getattr(graph, "config", None), ensure_config(config))
        if places.namespace_of(merged) or "thread_id" not in merged.get("configurable", {}):
            return None
        thread = places.thread_of(merged)
        cut_off = self.resumed.pop(thread, None)
        if cut_off is not None:
            return Run(self, thread, cut_off, alone=True, goes_on=True)
        return Run(self, thread, TaskId(f"{thread[:400]}#{uuid.uuid4().hex[:8]}"), goes_on=goes_on)

    def enter(self, run: Run) -> None:
        """A run of its thread begins. Raises `ThreadInUse`."""
        with self._lock:
            other = self.live.setdefault(run.thread, run)
        if other is not run:
            raise ThreadInUse(thread=run.thread, holder=f"process {self.manager.run.process.pid} as {other.task}")

    def leave(self, run: Run) -> None:
        """A run has ended; what its nodes wrote last is stored, or will never be."""
        with self._lock:
            if self.live.get(run.thread) is not run:
                return
            del self.live[run.thread]
        self._parts.forget(run.thread)
        self._settle([id for id, (thread, _, _) in list(self._returned.items()) if thread == run.thread])
        for id in [id for id, (thread, _) in list(self._untold.items()) if thread == run.thread]:
            self._untold.pop(id, None)

    def about(self, name: str, task: TaskId, config: RunnableConfig) -> dict[str, Any]:
        """What is told of a node that begins."""
        thread = places.thread_of(config)
        part = self._parts.of(self.live.get(thread), name, task, config)
        return {
            "description": f"{name}, superstep {config.get('metadata', {}).get('langgraph_step', '?')}",
            "agent": name,
            "metadata": {MARK: {"node_of": thread}, **part},
        }

    def tell(self, task: TaskId, told: dict[str, Any]) -> None:
        """Tell of a node that is not claimed; what cannot be stored harms no graph."""
        try:
            self.manager.update_task_progress(task, told)
        except (JarvisError, OSError) as error:
            self.manager.capture_failed("a subgraph's node", error)

    def begun_anew(self, task: TaskId) -> None:
        """A subgraph begins; what an earlier attempt at it left open is not gone on with, unless it is told again."""
        for each in self._parts.left_open(task):
            self.tell(each, {"status": "cancelled"})

    def returned(self, config: RunnableConfig, claim: CurrentTask, call: TaskCall) -> None:
        """A node has returned; it ends when LangGraph has stored what it wrote."""
        id, thread = str(config.get("configurable", {}).get(TASK_ID, "")), places.thread_of(config)
        self._untold[id] = thread, call
        self._returned[id] = thread, claim, call

    def written(self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], id: str) -> None:
        """The saver has stored what a task wrote."""
        _, call = self._untold.pop(id, (None, None))
        run = self.live.get(places.thread_of(config))
        asked = [value for channel, value in writes if channel == INTERRUPT]
        if run is not None and asked:
            run.waits = shown(asked[0])
        self._telling.tell(places.thread_of(config), call, writes)
        self._settle([id])

    def put(self, config: RunnableConfig) -> None:
        """The saver has stored a checkpoint: what the superstep before it wrote is in it."""
        thread, namespace = places.thread_of(config), places.namespace_of(config)
        if not namespace:
            self._settle([id for id, known in list(self._returned.items()) if known[0] == thread])

    def _settle(self, ids: Sequence[str]) -> None:
        for id in ids:
            known = self._returned.pop(id, None)
            if known is not None:
                self.manager.claims.finished(known[1], known[2], None)
                self.ended(known[1].task)

    def ended(self, task: str) -> None:
        """A task of a node or run has ended: of many, the eldest leaves the state. A failure to do so is counted, and
        harms no graph.
        """
        self._ended.append(task)
        while len(self._ended) > ENDED_KEPT:
            eldest = self._ended.popleft()
            try:
                self.manager.journal.append("TaskRetired", eldest, {})
            except (JarvisError, OSError) as error:
                self._ended.appendleft(eldest)
                self.manager.capture_failed("an ended node's retirement", error)
                return


def marked(manager: JarvisContextManager, graph: str) -> list[tuple[TaskRecord, dict[str, Any]]]:
    """The tasks of runs of this graph that the state has, each with its mark, in the order they were first told of."""
    tasks = list(manager.known_tasks.values())
    marks = [(task, task.metadata.get(MARK)) for task in sorted(tasks, key=lambda task: task.created)]
    return [(task, mark) for task, mark in marks if isinstance(mark, dict) and mark.get("graph") == graph]


def _branching(graph: Any) -> set[str]:
    """The nodes that choose where it goes on."""
    branches = getattr(getattr(graph, "builder", None), "branches", {})
    return {str(name) for name, found in branches.items() if found}
