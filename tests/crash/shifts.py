"""An orchestrator whose tasks are done by workers that it forks, and lives of it in which those die, or it does."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from jarvis_ctx import context_of, integrate_context_manager
from jarvis_ctx.errors import JarvisError

LONGEST = 60
"""Seconds after which a worker ends by itself: nobody waits for it, should its test fail."""


class Shift:
    """Says which task it has begun. The task "bad" kills its process."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.until: Callable[[], object] = bool
        """What a task waits for."""

    def assign_task(self, task_id: str) -> str:
        self.say(task_id)
        if task_id == "bad":
            os.kill(os.getpid(), signal.SIGKILL)
        self.until()
        return f"did {task_id}"


class Lives:
    """One life of the orchestrator a method; `say` tells the test."""

    def __init__(self, path: str, say: Callable[[str], None], **settings: Any) -> None:
        attach: Any = integrate_context_manager(path=path, **{"resume": "skip", **settings})
        self.say, self.shift = say, attach(Shift)(say)
        manager = context_of(self.shift)
        assert manager is not None
        self.manager = manager

    def worker(self, task_id: str, until: Callable[[], object] = bool) -> int:
        """Fork one that does the task; its process id."""
        sys.stdout.flush()
        if (pid := os.fork()) == 0:
            signal.alarm(LONGEST)
            self.shift.until = until
            try:
                self.shift.assign_task(task_id)
            except JarvisError as error:
                self.say(type(error).__name__)
            os._exit(0)
        return pid

    def tell(self, task_id: str) -> None:
        """Say how the task is, once no call of it is in flight."""
        self.manager.journal.catch_up()
        while (task := next(task for task in self.manager.tasks() if task["id"] == task_id))["in_flight"]:
            threading.Event().wait(0.01)
        self.say(json.dumps([task[key] for key in ("shown_status", "interrupted", "attempts", "deaths_alone")]))

    def hand_over(self) -> None:
        """A worker is killed in the middle of a task, and another one takes that up."""
        os.waitpid(self.worker("t", lambda: os.kill(os.getpid(), signal.SIGKILL)), 0)
        self.tell("t")
        os.waitpid(self.worker("t"), 0)
        self.tell("t")
        self.manager.close()

    def die_busy(self) -> None:
        """It dies while its workers have two tasks in hand, and one is alone with a bad one; none outlives it."""
        workers = [self.worker(task, signal.pause) for task in ("a", "b")]
        os.waitpid(self.worker("bad"), 0)
        self.say("busy")
        signal.sigwait([signal.SIGUSR1])
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    def take_turns(self) -> None:
        """Two workers do the suspects "a" and "b" at the same time; each waits inside for SIGUSR1."""
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
        workers = {task: self.worker(task, lambda: signal.sigwait([signal.SIGUSR1])) for task in ("a", "b")}
        for pid in workers.values():
            self.say(str(pid))
        for pid in workers.values():
            os.waitpid(pid, 0)
        self.manager.close()

    def wear_out(self) -> None:
        """Three workers do the bad task, whatever becomes of the others."""
        for _ in range(3):
            os.waitpid(self.worker("bad"), 0)
            self.tell("bad")
        self.manager.close()

    def run_out(self) -> None:
        """One worker after the other does the bad task, until that is refused."""
        while os.waitstatus_to_exitcode(os.waitpid(self.worker("bad"), 0)[1]) != 0:
            self.tell("bad")
        self.tell("bad")
        self.manager.close()
