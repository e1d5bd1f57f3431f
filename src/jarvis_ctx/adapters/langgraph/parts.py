"""Where a watched graph's nodes belong: each in a run or a node, behind the nodes that led to it."""

from __future__ import annotations

from typing import Any

from langchain_core.runnables import RunnableConfig

from jarvis_ctx.adapters.langgraph import places
from jarvis_ctx.adapters.langgraph.leading import leading
from jarvis_ctx.adapters.langgraph.routes import Routes
from jarvis_ctx.adapters.langgraph.runs import Run, group_of
from jarvis_ctx.adapters.langgraph.saver import JarvisSaver
from jarvis_ctx.capture.current import current_task
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.part import KEY, part_of
from jarvis_ctx.model.task import TaskRecord


class Parts:
    """The nodes of one graph in this process, from any thread."""

    def __init__(self, saver: JarvisSaver) -> None:
        self._saver, self._routes = saver, Routes()

    def of(self, run: Run | None, name: str, task: TaskId, config: RunnableConfig) -> dict[str, Any]:
        """For the metadata of a node that begins as `task`, in the run of its thread that is watched."""
        thread = places.thread_of(config)
        seen = self._routes.begin(thread, name, task, config) if run is not None else []
        known = self._tasks.get(task)
        if known is not None and KEY in known.metadata:
            return {}  # It began before, when more was seen of what led to it.
        after = seen or self._led_to(run, name, config)
        return {KEY: {"group": group_of(thread), "of": self._within(run, config), "name": name, "after": after}}

    def left_open(self, task: TaskId) -> list[TaskId]:
        """The tasks within this one that have not ended."""
        tasks = self._tasks
        if task not in tasks:
            return []
        unfinished = [each for each in list(tasks.values()) if not each.finished]
        return [each.id for each in unfinished if each.id.startswith(f"{task}|") or part_of(each).of == task]

    def forget(self, thread: str) -> None:
        """No run of this thread goes on."""
        self._routes.forget(thread)

    def _led_to(self, run: Run | None, name: str, config: RunnableConfig) -> list[str]:
        """The tasks that led to the first nodes of a run that goes on, whoever ran them."""
        if run is None or not run.goes_on:
            return []
        ids = tuple(f":{id}" for id in leading(self._saver, name, config))
        return [task for task in list(self._tasks) if task.endswith(ids)]

    def _within(self, run: Run | None, config: RunnableConfig) -> str:
        """The task that a node is a part of: the run's, or of a subgraph's node the one that the subgraph is."""
        above, claim = places.above(config), current_task.get()
        if not above:
            return run.task if run is not None else ""
        task = places.task_at(places.thread_of(config), above)
        if task not in self._tasks and claim is not None:
            return claim.task  # With a checkpointer of its own a subgraph has the same namespace in each call.
        return task

    @property
    def _tasks(self) -> dict[str, TaskRecord]:
        return self._saver.manager.known_tasks
