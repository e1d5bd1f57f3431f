"""When each agent last did something that was told: working is a sign of life, without a beat."""

from __future__ import annotations

from collections.abc import Iterator

from jarvis_ctx.model.event import Event
from jarvis_ctx.model.state import State
from jarvis_ctx.model.task import TaskRecord


def last_work(state: State) -> dict[str, int]:
    """By agent, µs: a call of its task that began, returned or failed, the task's progress, a message it sent, a
    decision whose details name it.

    A task that only waits, or that a recovery found cut off, says nothing of its agent. Of messages and decisions the
    latest `state.history` count.
    """
    found: dict[str, int] = {}
    for task in list(state.tasks.values()):  # A picture: events may go on being folded in meanwhile.
        if task.agent and task.updated[0] > found.get(task.agent, 0):
            found[task.agent] = max([found.get(task.agent, 0), *_of_task(task)])
    for said in (*state.messages, *state.decisions):
        if agent := _speaker(said):
            found[agent] = max(found.get(agent, 0), said.time)
    return {agent: at for agent, at in found.items() if at}


def _of_task(task: TaskRecord) -> Iterator[int]:
    cut_off = {attempt.ended for attempt in task.attempts.values() if attempt.outcome == "died"}
    for attempt in task.attempts.values():
        yield attempt.claimed
        if attempt.ended is not None and attempt.outcome != "died":
            yield attempt.ended
    begun = task.attempts or task.shown_status != "pending"
    if begun and not task.quarantined and task.updated[0] not in cut_off:
        yield task.updated[0]


def _speaker(said: Event) -> str:
    if said.kind == "MessageSent":
        return said.subject
    details = said.body.get("details")
    named = details.get("agent") if isinstance(details, dict) else None
    return named if type(named) is str else ""
