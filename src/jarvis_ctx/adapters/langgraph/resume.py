"""resume_interrupted(graph): the threads that a death cut off are carried on, each once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointMetadata
from msgspec.structs import replace

from jarvis_ctx.adapters.langgraph.places import config_of
from jarvis_ctx.adapters.langgraph.runs import MARK
from jarvis_ctx.adapters.langgraph.watcher import Watcher, marked
from jarvis_ctx.adapters.langgraph.watching import watch
from jarvis_ctx.errors import TaskQuarantined, ThreadInUse
from jarvis_ctx.graphs import standing
from jarvis_ctx.model.carried import CarriedThread, Outcome
from jarvis_ctx.model.task import TaskRecord

OWN = frozenset(CheckpointMetadata.__annotations__)
"""What is LangGraph's own in a checkpoint's metadata; the rest is the caller's."""


def resume_interrupted(graph: Any) -> list[CarriedThread]:
    """Carry on the threads of this graph that were in flight when the last run died, one after the other.

    `graph` is what `watch` gave, or is watched from here on; it must have the name it had then. A thread goes on from
    its last checkpoint; one that waits for a person goes on waiting. One that was in flight at too many deaths is
    quarantined and left alone: `jarvis-ctx tasks --release` lets it go on. An exception of a graph is in the answer,
    and keeps no other thread from its turn. Nothing was cut off, or all is done: an empty list. The recovery report has
    the answer, too.

    Raises `NoSaver`.
    """
    watched = watch(graph)
    watcher: Watcher = type(watched).watcher
    return _noted(watcher, [_carried(watched, watcher, task, thread) for task, thread in _cut_off(watcher)])


async def aresume_interrupted(graph: Any) -> list[CarriedThread]:
    """`resume_interrupted` in an event loop, for a graph with async nodes."""
    watched = watch(graph)
    watcher: Watcher = type(watched).watcher
    found = [await _acarried(watched, watcher, task, thread) for task, thread in _cut_off(watcher)]
    return await asyncio.to_thread(_noted, watcher, found)


def _cut_off(watcher: Watcher) -> list[tuple[TaskRecord, str]]:
    """The runs that a death cut off, with their threads, in the order they began."""
    live = {run.task for run in list(watcher.live.values())}
    found = [(task, str(mark["thread"])) for task, mark in marked(watcher.manager, watcher.name)]
    return [(task, thread) for task, thread in found if _left(task) and task.id not in live]


def _carried(watched: Any, watcher: Watcher, task: TaskRecord, thread: str) -> CarriedThread:
    known = _known(watched, watcher, task, thread)
    if known is None:
        watcher.resumed[thread] = task.id
        try:
            watched.invoke(None, _config(watcher, thread))
        except Exception as error:  # The graph's own; the other threads have their turn all the same.
            known = _raised(error)
        finally:
            watcher.resumed.pop(thread, None)
    return _told(watcher, task, thread, known)


async def _acarried(watched: Any, watcher: Watcher, task: TaskRecord, thread: str) -> CarriedThread:
    known = await asyncio.to_thread(_known, watched, watcher, task, thread)
    if known is None:
        watcher.resumed[thread] = task.id
        try:
            await watched.ainvoke(None, _config(watcher, thread))
        except Exception as error:  # As in `_carried`.
            known = _raised(error)
        finally:
            watcher.resumed.pop(thread, None)
    return _told(watcher, task, thread, known)


def _known(watched: Any, watcher: Watcher, task: TaskRecord, thread: str) -> tuple[Outcome, str] | None:
    """What is known of a thread without running it; None for one to carry on."""
    if task.quarantined:
        return "quarantined", task.quarantined
    reader = watcher.saver.reader(thread)
    latest = next(standing.of_namespace(reader.source, thread, ""), None)
    if latest is None or latest.put.time < min(attempt.claimed for attempt in task.attempts.values()):
        return "not begun", "its input had not been stored when the process died"
    state = watched.get_state(config_of(thread, "", latest.id))
    if any(pending.interrupts for pending in state.tasks):
        return "waiting", "it waits for a person's answer"
    return None if state.next else ("carried on", "it had come to its end")


def _config(watcher: Watcher, thread: str) -> RunnableConfig:
    """What the run that was cut off was called with, as far as LangGraph notes it in its checkpoints."""
    latest = watcher.saver.get_tuple({"configurable": {"thread_id": thread}})
    noted = {} if latest is None else {k: v for k, v in latest.metadata.items() if k not in OWN}
    return {"configurable": {**noted, "thread_id": thread}}


def _raised(error: Exception) -> tuple[Outcome, str]:
    if isinstance(error, TaskQuarantined):
        return "quarantined", str(error)
    if isinstance(error, ThreadInUse):
        return "in use", str(error)
    return "failed", f"{type(error).__qualname__}: {error}"


def _told(watcher: Watcher, task: TaskRecord, thread: str, known: tuple[Outcome, str] | None) -> CarriedThread:
    outcome, reason = known or ("carried on", "")
    if known is not None and outcome in ("carried on", "waiting", "not begun"):
        _ended(watcher, task, outcome, reason)
    if outcome not in ("in use", "quarantined"):
        _end_nodes(watcher, thread)
    return CarriedThread(thread=thread, graph=watcher.name, task=task.id, outcome=outcome, reason=reason)


def _ended(watcher: Watcher, task: TaskRecord, outcome: Outcome, reason: str) -> None:
    """Tell the end of a run that nobody runs any more."""
    statuses = {"carried on": "completed", "waiting": "waiting", "not begun": "cancelled"}
    blockers = [reason] if outcome == "waiting" else []
    watcher.manager.update_task_progress(task.id, {"status": statuses[outcome], "blockers": blockers})
    if outcome == "waiting":
        watcher.waiting[str(task.metadata["langgraph"]["thread"])] = task.id
    for attempt in _open(task):
        watcher.manager.journal.append("TaskFinished", task.id, {"key": attempt, "completes": False, "lost": reason})


def _end_nodes(watcher: Watcher, thread: str) -> None:
    """Tell the end of nodes whose writes were stored before the death: LangGraph does not run them again."""
    for task in list(watcher.manager.known_tasks.values()):
        if task.metadata.get(MARK) == {"node_of": thread} and _left(task):
            for attempt in _open(task):
                watcher.manager.journal.append("TaskFinished", task.id, {"key": attempt})
            watcher.ended(task.id)


def _left(task: TaskRecord) -> bool:
    """Whether its latest call came to no end that counts, or a call of it runs."""
    return bool(task.interrupted or task.undone or task.in_flight)


def _open(task: TaskRecord) -> Iterator[str]:
    """The keys of the attempts that did not come to an end of their own."""
    return (attempt.key for attempt in task.attempts.values() if attempt.outcome in (None, "died"))


def _noted(watcher: Watcher, found: list[CarriedThread]) -> list[CarriedThread]:
    """Note it in the recovery report, in memory and on disk."""
    report = watcher.manager.recovery_report
    if found and report is not None:
        tasks = {line.task for line in found}
        kept = [line for line in report.threads if line.task not in tasks]
        watcher.manager.code.rewrite(replace(report, threads=[*kept, *found]))
    return found
