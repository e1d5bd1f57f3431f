"""A crew of worker processes that do tasks side by side; the task of one that is killed goes to a fresh one."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

T = TypeVar("T")
R = TypeVar("R")

WAYS = ("fork", "spawn")
"""How workers are started, in turn."""


class WorkerFailed(Exception):
    """A worker ended by itself, and not well; what it had to say stands on standard error."""


class Worker(Generic[T, R]):
    """One process, which does one task at a time."""

    def __init__(self, way: str, work: Callable[[T], R]) -> None:
        context: Any = multiprocessing.get_context(way)
        self.way = way
        self.answers, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(work, theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.task: int | None = None
        """The number of the task it is at."""

    def give(self, number: int, task: T) -> bool:
        """Have it do a task, which is not None; False when it has died."""
        try:
            self.answers.send(task)
        except OSError:
            return False
        self.task = number
        return True

    def answer(self) -> tuple[R] | None:
        """What its task gave; None when it was killed over it. Raises `WorkerFailed`."""
        try:
            return (self.answers.recv(),)
        except (EOFError, OSError):
            self.process.join()
            if (self.process.exitcode or 0) >= 0:
                raise WorkerFailed(f"worker {self.process.pid} ended with exit code {self.process.exitcode}") from None
            return None

    def dismiss(self) -> None:
        """Let it end."""
        with suppress(OSError):
            self.answers.send(None)
        self.answers.close()
        self.process.join()


class Crew(Generic[T, R]):
    """`size` workers that call `work`, which a spawned one gets pickled. A context manager; no worker outlives it."""

    def __init__(self, work: Callable[[T], R], size: int) -> None:
        self._work = work
        self._workers: list[Worker[T, R]] = [Worker(way, work) for way in itertools.islice(itertools.cycle(WAYS), size)]

    def do(self, tasks: Sequence[T]) -> list[R]:
        """What each task gave, in their order."""
        waiting, done = deque(range(len(tasks))), dict[int, R]()
        while len(done) < len(tasks):
            for worker in [worker for worker in self._workers if worker.task is None][: len(waiting)]:
                if worker.give(waiting[0], tasks[waiting[0]]):
                    waiting.popleft()
                else:
                    self._replace(worker)
            busy: dict[Any, Worker[T, R]] = {w.answers: w for w in self._workers if w.task is not None}
            for connection in wait(list(busy)):
                self._take(busy[connection], waiting, done)
        return [done[number] for number in range(len(tasks))]

    def _take(self, worker: Worker[T, R], waiting: deque[int], done: dict[int, R]) -> None:
        number, answer = worker.task, worker.answer()
        assert number is not None
        if answer is None:
            waiting.appendleft(number)
            self._replace(worker)
        else:
            done[number], worker.task = answer[0], None

    def _replace(self, worker: Worker[T, R]) -> None:
        worker.dismiss()
        self._workers[self._workers.index(worker)] = Worker(worker.way, self._work)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.dismiss()


def _work(work: Callable[[Any], Any], tasks: Connection) -> None:
    """A worker's life: until it is dismissed, or whoever started it is gone."""
    threading.Thread(target=_end_if_orphaned, daemon=True).start()
    # Its end of the pipe being closed would not do: every worker that was forked since has a copy of that.
    while (task := tasks.recv()) is not None:
        _end_if_orphaned(timeout=0)
        tasks.send(work(task))


def _end_if_orphaned(timeout: float | None = None) -> None:
    """End once the orchestrator is gone, which without `timeout` is waited for: its successor has its own workers."""
    parent = multiprocessing.parent_process()
    if parent is not None and wait([parent.sentinel], timeout):
        os._exit(1)
