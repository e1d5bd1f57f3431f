"""The tasks of a worker process that died while its orchestrator lives: cut off, counted, and free for another one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from jarvis_ctx.capture.sink import Sink
from jarvis_ctx.journal.fold_restore import left_behind
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId, TaskId
from jarvis_ctx.model.state import State
from jarvis_ctx.model.task import UNDONE, Attempt, TaskRecord

log = logging.getLogger("jarvis_ctx")

ENDS = frozenset({"TaskFinished", "TaskFailed", "TaskInterrupted"})
DIED = "Its worker process died while it ran alone."


class Workers:
    """What the other processes of a run have in hand. To be used by the run's own process, in the drain's thread.

    As after a death of the orchestrator, only a death in isolation counts against a task, and `max_attempts` of them
    put it into quarantine.
    """

    def __init__(self, sink: Sink, max_attempts: int, suspect: Callable[[TaskId], object] | None = None) -> None:
        """`suspect` is told of each task that was cut off; None where calls are not to be changed."""
        self._sink, self._max_attempts, self._suspect = sink, max_attempts, suspect
        self._in_hand: dict[str, dict[tuple[str, str], None]] = {}
        """By writer: the task and key of each call that was claimed and has no recorded end."""
        self._undone: dict[tuple[str, str], None] = {}
        """The same of those that `tell` has to record as undone."""

    def heard(self, events: list[Event]) -> None:
        """Take in what they have said, which is folded already. Raises nothing: `tell` records what follows from it."""
        for event in events:
            call = event.subject, str(event.body.get("key"))
            if event.kind == "TaskClaimed":
                self._in_hand.setdefault(event.writer, {})[call] = None
            elif event.kind in ENDS:
                self._in_hand.get(event.writer, {}).pop(call, None)
                if left_behind(self._sink.state, event):
                    self._undone[call] = None

    def tell(self) -> None:
        """Record of calls that ended just before a restore, which took them for running, that nobody is at them.

        What it raises keeps the rest for the next time.
        """
        for task, key in list(self._undone):
            _, attempt = self._open(TaskId(task), key)
            if attempt is not None:
                body = {"key": key, "run": attempt.run, "counts": False, "lost": UNDONE}
                self._sink.append("TaskInterrupted", task, body)
            del self._undone[task, key]

    def ended(self, writers: set[str]) -> None:
        """Record what the death of these cut off. What it raises keeps the rest for the next time."""
        for writer in writers & self._in_hand.keys():
            in_hand = self._in_hand[writer]
            for task, key in list(in_hand):
                self._cut_off(TaskId(task), key)
                del in_hand[task, key]
            del self._in_hand[writer]

    def _cut_off(self, id: TaskId, key: str) -> None:
        task, attempt = self._open(id, key)
        if task is None or attempt is None:
            return
        log.warning("The worker process that had task %r in hand died; another may take it up", id)
        body: dict[str, Any] = {"key": key, "run": attempt.run, "counts": attempt.alone, "worker": True}
        self._sink.append("TaskInterrupted", id, body)
        if self._suspect is not None:
            self._suspect(id)
        deaths = task.deaths_alone + attempt.alone
        if attempt.alone and deaths >= self._max_attempts and not task.quarantined:
            self._sink.append("TaskQuarantined", id, {"cause": DIED, "deaths": deaths})

    def _open(self, id: TaskId, key: str) -> tuple[TaskRecord | None, Attempt | None]:
        """A task, and that call of it if it has no recorded end."""
        task = self._sink.state.tasks.get(id)
        attempt = task.attempts.get(key) if task is not None else None
        return task, attempt if attempt is not None and attempt.outcome is None else None


def left_by_workers(state: State, run: RunId) -> set[TaskId]:
    """The tasks that the death of a worker has cut off in this run, and that nobody has taken up since."""
    left = (task for task in state.tasks.values() if task.interrupted)
    return {task.id for task in left if next(reversed(task.attempts.values())).run == run}
