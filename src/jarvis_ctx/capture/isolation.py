"""Isolation: after an unexplained death, the tasks that were in flight run one at a time, in whichever process."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from jarvis_ctx.capture.current import current_task
from jarvis_ctx.capture.turns import POLL, Turn
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import TaskId

log = logging.getLogger("jarvis_ctx")


class Isolation:
    """Lets one suspect in at a time; other tasks pass. A death then has one suspect only, and counts against it.

    A call that a running suspect makes itself (in its own context) passes. One it waits for in another thread cannot
    be known for its own, nor one in another process, so nobody waits longer than `timeout` seconds: then both run, and
    neither is `alone`.
    """

    def __init__(self, suspects: set[TaskId], timeout: float, path: Path | None = None) -> None:
        """`path` is the lock that the processes of one orchestrator share."""
        self.suspects, self._timeout = suspects, timeout
        self._turn = Turn(path)

    @contextmanager
    def enter(self, task: TaskId) -> Iterator[bool]:
        """Wait for this task's turn; gives whether it runs alone among the suspects."""
        if not self.concerns(task):
            yield False
            return
        alone = self._take(task)
        try:
            yield self._entered(task, alone, self._timeout)
        finally:
            self._leave(task, alone)

    @asynccontextmanager
    async def aenter(self, task: TaskId, *, can_wait: bool = True) -> AsyncIterator[bool]:
        """`enter` without blocking the event loop. One in a loop that cannot wait there runs beside another at once."""
        if not self.concerns(task):
            yield False
            return
        alone = await self._atake(task, can_wait)
        try:
            yield self._entered(task, alone, self._timeout if can_wait else 0)
        finally:
            self._leave(task, alone)

    def _take(self, task: TaskId) -> bool:
        try:
            if self._turn.take(0):
                return True
            self._waits(task)
            return self._turn.take(self._timeout)
        except OSError as error:
            return _unknown(error)

    async def _atake(self, task: TaskId, can_wait: bool) -> bool:
        """Wait for the turn; whether it was got in time. A generator's call is driven without a loop, and may block."""
        import asyncio

        try:
            now = asyncio.get_running_loop().time
        except RuntimeError:
            return self._take(task)
        deadline = now() + (self._timeout if can_wait else 0)
        try:
            if not (alone := self._turn.take(0)) and can_wait:
                self._waits(task)
            while not alone and now() < deadline:
                await asyncio.sleep(POLL)
                alone = self._turn.take(0)
        except OSError as error:
            return _unknown(error)
        return alone

    def suspect(self, task: TaskId) -> None:
        """From now on this task may have to wait, too: a worker died with it in hand."""
        self.suspects.add(task)

    def heard(self, events: list[Event]) -> None:
        """Suspect what the run's own process says of its workers' deaths."""
        for event in events:
            if event.kind == "TaskInterrupted" and event.body.get("worker") is True:
                self.suspect(TaskId(event.subject))

    def concerns(self, task: TaskId) -> bool:
        """Whether this task may have to wait; no need to `enter` otherwise."""
        if task not in self.suspects:
            return False
        running = current_task.get()
        return running is None or not running.alone

    def _waits(self, task: TaskId) -> None:
        log.warning(
            "Task %r waits until another task that may have caused a death is through, at most %s s",
            task,
            self._timeout,
        )

    def _entered(self, task: TaskId, alone: bool, waited: float) -> bool:
        if not alone:
            log.warning("Task %r waited %s s for another suspect and now runs beside it", task, waited)
        return alone

    def _leave(self, task: TaskId, alone: bool) -> None:
        self.suspects.discard(task)
        if alone:
            self._turn.give_back()


def _unknown(error: OSError) -> bool:
    """No descriptor is left, say: nobody knows then whether another process has the turn."""
    log.warning("Suspects of other processes cannot be waited for: %s", error)
    return False
