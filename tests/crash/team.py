"""A program whose orchestrator leads workers of every kind: `python -m tests.crash.team STORE WAY [TASK]`.

Each worker says "done" with its task when its captured call has returned.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import cache
from typing import Any

from jarvis_ctx import context_of, integrate_context_manager
from jarvis_ctx.errors import JarvisError

TASKS = 2
"""Tasks of each kind of worker."""
LONGEST = 60
"""Seconds after which an orphan ends by itself, should its test fail."""


def find_sent(key: str, task: str) -> str:
    """Says that it was asked; whatever was begun has happened."""
    say(f"asked about {task}")
    return task


@integrate_context_manager(path=sys.argv[1], name="team", resume="skip", steps={"send": find_sent})
class Team:
    """What a task gives is its own name; a task "sent ..." has an effect, which may kill its worker."""

    deadly = False

    def assign_task(self, task: dict[str, str]) -> str:
        return self.send(task["id"]) if task["id"].startswith("sent") else task["id"]

    def send(self, task: str) -> str:
        say(f"sent {task}")
        if self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return task


@cache
def team() -> Team:
    """The one of this process."""
    return Team()


def say(word: str) -> None:
    os.write(1, f"{word}\n".encode())


def work(task: str) -> None:
    team().assign_task({"id": task})
    say(f"done {task}")


def names(way: str) -> list[str]:
    return [f"{way}-{number}" for number in range(TASKS)]


def fork(way: str) -> None:
    for task in names(way):
        if os.fork() == 0:
            work(task)
            os._exit(0)
        os.wait()


def process(way: str, start: str) -> None:
    for task in names(way):
        worker = multiprocessing.get_context(start).Process(target=work, args=(task,))
        worker.start()
        worker.join()


def pool(way: str, start: str) -> None:
    with multiprocessing.get_context(start).Pool(2) as workers:
        workers.map(work, names(way))


def executor(way: str, start: str) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(start)) as workers:
        list(workers.map(work, names(way)))


def agents(way: str) -> None:
    for task in names(way):
        subprocess.run([sys.executable, "-m", "tests.crash.team", sys.argv[1], "agent", task], check=True)


def hand_over(way: str, start: str) -> None:
    """A worker is killed in the middle of a step, and one that was there before takes up its task."""
    task, ours, theirs = f"sent-{way}", *multiprocessing.Pipe()
    second = multiprocessing.get_context(start).Process(target=take_over, args=(task, theirs))
    second.start()
    ours.recv()
    if (first := os.fork()) == 0:
        Team.deadly = True
        work(task)
    os.waitpid(first, 0)
    ours.send("take it")
    second.join()


def broken(way: str) -> None:
    """A worker of an executor is killed in the middle of a step, which breaks it; the next executor does the task."""
    fork, task = multiprocessing.get_context("fork"), f"sent-{way}"
    Team.deadly = True
    with ProcessPoolExecutor(1, mp_context=fork) as first, suppress(BrokenProcessPool):
        first.submit(work, task).result()
    Team.deadly = False
    with ProcessPoolExecutor(1, mp_context=fork) as second:
        second.submit(work, task).result()


def see() -> None:
    """Say which tasks the orchestrator's own view has as completed."""
    manager = context_of(team())
    assert manager is not None
    manager.journal.catch_up()
    for task in manager.tasks("completed"):
        say(f"seen {task['id']}")


def take_over(task: str, orders: Any) -> None:
    """The life of a worker that is there, and has done something, when another one dies of a task."""
    team().assign_task({"id": task.replace("sent", "warm")})
    orders.send("ready")
    orders.recv()
    work(task)


WAYS: dict[str, Any] = {
    "fork": fork,
    "process-fork": lambda way: process(way, "fork"),
    "process-spawn": lambda way: process(way, "spawn"),
    "process-forkserver": lambda way: process(way, "forkserver"),
    "pool-fork": lambda way: pool(way, "fork"),
    "pool-spawn": lambda way: pool(way, "spawn"),
    "pool-forkserver": lambda way: pool(way, "forkserver"),
    "executor-fork": lambda way: executor(way, "fork"),
    "executor-spawn": lambda way: executor(way, "spawn"),
    "executor-forkserver": lambda way: executor(way, "forkserver"),
    "subprocess": agents,
    "broken-executor": broken,
    "hand-over-fork": lambda way: hand_over(way, "fork"),
    "hand-over-spawn": lambda way: hand_over(way, "spawn"),
}


def outlive(works_before: bool) -> None:
    """An orphan's life: say its process id, wait for SIGUSR1, and then say which error refuses its call."""
    signal.alarm(LONGEST)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    if works_before:
        team().assign_task({"id": "before"})
    say(str(os.getpid()))
    signal.sigwait([signal.SIGUSR1])
    try:
        team().assign_task({"id": "late"})
        say("acknowledged")
    except JarvisError as error:
        say(type(error).__name__)


def main(way: str) -> None:
    """Have every kind of worker do its tasks, or leave an orphan behind, and be killed."""
    team()
    if way == "all":
        for name, lead in WAYS.items():
            lead(name)
        see()
    else:
        multiprocessing.get_context("spawn").Process(target=outlive, args=(way == "orphan",)).start()
        signal.pause()
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    if sys.argv[2] == "agent":
        work(sys.argv[3])
    else:
        main(sys.argv[2])
