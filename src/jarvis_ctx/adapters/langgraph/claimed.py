"""A node as a task: claimed before it runs, ended when LangGraph has what it wrote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.errors import GraphBubbleUp, ParentCommand
from langgraph.pregel import Pregel

from jarvis_ctx.adapters.langgraph import places
from jarvis_ctx.capture.current import CurrentTask, current_task
from jarvis_ctx.capture.task_call import TaskCall

if TYPE_CHECKING:
    from jarvis_ctx.adapters.langgraph.watcher import Watcher


@contextmanager
def claimed(watcher: Watcher, name: str, bound: Runnable[Any, Any], config: RunnableConfig) -> Iterator[None]:
    """The node of this name runs within this. Every way out of it is an outcome, and goes on as it is."""
    task = places.task_of(config)
    if isinstance(bound, Pregel):
        watcher.begun_anew(task)
    call = TaskCall(method=name, task=task, **watcher.about(name, task, config))
    claim = watcher.manager.claims.begin(call, False)
    claim.owner = watcher.owner
    token = current_task.set(claim)
    try:
        yield
    except ParentCommand:
        # A subgraph hands over to the node's graph, which writes what it says.
        watcher.returned(config, claim, call)
        raise
    except BaseException as error:
        # A cancelled node has failed, too.
        _ended(watcher, claim, call, error)
        raise
    else:
        watcher.returned(config, claim, call)
    finally:
        current_task.reset(token)


def _ended(watcher: Watcher, claim: CurrentTask, call: TaskCall, error: BaseException) -> None:
    """The node has nothing to write."""
    if isinstance(error, GraphBubbleUp):  # An interrupt: nothing went wrong.
        watcher.manager.update_task_progress(call.task, {"status": "waiting"})
        watcher.manager.claims.finished(claim, call, None)
    else:
        watcher.manager.claims.failed(claim, error)
    watcher.ended(call.task)
