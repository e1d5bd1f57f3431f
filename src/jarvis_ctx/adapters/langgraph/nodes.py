"""A node as a task: claimed before it runs, ended when LangGraph has what it wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import ensure_config
from langgraph.errors import GraphBubbleUp, ParentCommand
from langgraph.pregel import Pregel

from jarvis_ctx.adapters.langgraph import places
from jarvis_ctx.adapters.langgraph.inner import passed_on
from jarvis_ctx.adapters.langgraph.runs import MARK
from jarvis_ctx.capture.current import CurrentTask, current_task
from jarvis_ctx.capture.task_call import TaskCall

if TYPE_CHECKING:
    from jarvis_ctx.adapters.langgraph.watcher import Watcher

TASK_ID = "__pregel_task_id"
"""Under which LangGraph's config names the task: the same whenever it runs after one checkpoint."""


class WatchedNode(Runnable[Any, Any]):
    """Stands before what a node is bound to."""

    def __init__(self, name: str, bound: Runnable[Any, Any], watcher: Watcher) -> None:
        self.name, self._node, self._bound, self._watcher = name, name, bound, watcher

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        claim, call = self._begun(config)
        token = current_task.set(claim)
        try:
            result = self._bound.invoke(input, passed_on(self._bound, config), **kwargs)
        except BaseException as error:
            # Every way out of a node is an outcome; it is recorded and goes on as it is.
            self._raised(config, claim, call, error)
            raise
        finally:
            current_task.reset(token)
        self._returned(config, claim, call)
        return result

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        claim, call = self._begun(config)
        token = current_task.set(claim)
        try:
            result = await self._bound.ainvoke(input, passed_on(self._bound, config), **kwargs)
        except BaseException as error:
            # As in `invoke`; a cancelled node has failed, too.
            self._raised(config, claim, call, error)
            raise
        finally:
            current_task.reset(token)
        self._returned(config, claim, call)
        return result

    def _begun(self, config: RunnableConfig | None) -> tuple[CurrentTask, TaskCall]:
        given = config or ensure_config()
        task = places.task_of(given)
        if isinstance(self._bound, Pregel):
            self._watcher.begun_anew(task)
        step = given.get("metadata", {}).get("langgraph_step", "?")
        call = TaskCall(
            method=self._node,
            task=task,
            description=f"{self._node}, superstep {step}",
            agent=self._node,
            metadata={
                MARK: {"node_of": places.thread_of(given)},
                **self._watcher.part(self._node, task, given),
            },
        )
        claim = self._watcher.manager.claims.begin(call, False)
        claim.owner = self._watcher.owner
        return claim, call

    def _raised(self, config: RunnableConfig | None, claim: CurrentTask, call: TaskCall, error: BaseException) -> None:
        manager = self._watcher.manager
        if isinstance(error, ParentCommand):  # A subgraph hands over to this graph, which writes what it says.
            self._returned(config, claim, call)
            return
        if isinstance(error, GraphBubbleUp):  # An interrupt: nothing went wrong.
            manager.update_task_progress(call.task, {"status": "waiting"})
            manager.claims.finished(claim, call, None)
        else:
            manager.claims.failed(claim, error)
        self._watcher.ended(call.task)

    def _returned(self, config: RunnableConfig | None, claim: CurrentTask, call: TaskCall) -> None:
        given = config or ensure_config()
        id = str(given.get("configurable", {}).get(TASK_ID, ""))
        self._watcher.returned(id, places.thread_of(given), claim, call)
