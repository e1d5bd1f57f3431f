"""A run of a thread, from its first superstep to its last: a task of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from jarvis_ctx.capture.current import CurrentTask, current_task
from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.model.part import KEY

if TYPE_CHECKING:
    from jarvis_ctx.adapters.langgraph.watcher import Watcher

MARK = "langgraph"
"""The key of a task's metadata that says which `graph` and `thread` a run is of, and which thread a `node_of`."""
_DONE = object()


def group_of(thread: str) -> str:
    """What the tasks of a thread's runs and nodes belong to."""
    return f"thread {thread}"


class Run:
    """One run. What the caller gets of it passes through; its task is claimed before and ended after."""

    def __init__(
        self, watcher: Watcher, thread: str, task: TaskId, *, alone: bool = False, goes_on: bool = False
    ) -> None:
        """`alone`: it was cut off by a death, and none of the others that were runs meanwhile. `goes_on`: it has no
        input of its own.
        """
        self._watcher, self.thread, self.task = watcher, thread, task
        self._claims, self._manager = watcher.manager.claims, watcher.manager
        self._call = TaskCall(method=watcher.name, task=task, description=f"{watcher.name} on thread {thread}")
        self._alone, self.goes_on = alone, goes_on
        self.waits = ""
        """What a node has asked a person, once one has."""

    def stream(self, chunks: Iterator[Any]) -> Iterator[Any]:
        """The chunks, as they come. Raises `ThreadInUse` and `TaskQuarantined`."""
        self._watcher.enter(self)
        try:
            with self._claims.isolation.enter(self.task) as alone:
                claim = self._begun(alone)
                try:
                    while (chunk := self._within(claim, chunks)) is not _DONE:
                        yield chunk
                except GeneratorExit:
                    self._left(claim)
                    raise
                except BaseException as error:
                    # Every way out of a graph is an outcome; it is recorded and goes on as it is.
                    self._claims.failed(claim, error)
                    raise
                self._ended(claim)
        finally:
            self._watcher.leave(self)

    async def astream(self, chunks: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """`stream` in an event loop."""
        self._watcher.enter(self)
        try:
            async with self._claims.isolation.aenter(self.task) as alone:
                claim = self._begun(alone)
                try:
                    while (chunk := await self._awithin(claim, chunks)) is not _DONE:
                        yield chunk
                except GeneratorExit:
                    self._left(claim)
                    raise
                except BaseException as error:
                    # As in `stream`; a cancelled run has failed, too.
                    self._claims.failed(claim, error)
                    raise
                self._ended(claim)
        finally:
            self._watcher.leave(self)

    def _begun(self, alone: bool) -> CurrentTask:
        asked = self._watcher.waiting.pop(self.thread, None)
        if asked is not None and asked != self.task:
            self._manager.update_task_progress(asked, {"status": "completed", "blockers": []})
        mark = {"graph": self._watcher.name, "thread": self.thread}
        told = {"metadata": {MARK: mark, KEY: {"group": group_of(self.thread)}}, "blockers": []}
        self._manager.update_task_progress(self.task, {**told, "description": self._call.description})
        return self._claims.begin(self._call, alone or self._alone)

    def _within(self, claim: CurrentTask, chunks: Iterator[Any]) -> Any:
        token = current_task.set(claim)
        try:
            return next(chunks, _DONE)
        finally:
            current_task.reset(token)

    async def _awithin(self, claim: CurrentTask, chunks: AsyncIterator[Any]) -> Any:
        token = current_task.set(claim)
        try:
            return await anext(chunks, _DONE)
        finally:
            current_task.reset(token)

    def _ended(self, claim: CurrentTask) -> None:
        if self.waits:
            self._watcher.waiting[self.thread] = self.task
            self._manager.update_task_progress(self.task, {"status": "waiting", "blockers": [self.waits]})
        self._claims.finished(claim, self._call, None)
        if not self.waits:
            self._watcher.ended(self.task)

    def _left(self, claim: CurrentTask) -> None:
        """The caller took no more: nothing goes on by itself."""
        self._manager.update_task_progress(self.task, {"status": "paused"})
        self._claims.finished(claim, self._call, None)
