"""A program with two good tasks and one that kills its process, in the same way each time it is run again."""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import resource
import threading
from collections.abc import Callable
from typing import Any

from jarvis_ctx import context_of, integrate_context_manager

ROOM = 64 * 2**20
"""Bytes of address space that a task which exhausts them may take."""


def segfault() -> None:
    ctypes.string_at(0)


def exhaust_memory() -> None:
    """Under a limit of the address space, as `prlimit --as` sets it; then abort, as a C++ library does."""
    take_all_memory(os.abort)


def run_out() -> None:
    """Of memory, and let the error end the program."""
    take_all_memory(lambda: None)


def hang() -> None:
    """Until somebody kills it."""
    threading.Event().wait()


def take_all_memory(then: Callable[[], None]) -> None:
    with open("/proc/self/statm", encoding="ascii") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, most))
    taken = []
    try:
        while True:
            taken.append(bytearray(2**20))
    except MemoryError:
        taken.clear()
        then()
        raise


class Suspect:
    """Says which task it has begun; the good tasks wait in the first life, so that all are in flight at its death."""

    def __init__(self, way: str, say: Callable[[str], None]) -> None:
        self.way, self.say, self.first = way, say, True
        self.begun = threading.Semaphore(0)

    def begin(self, task_id: str) -> None:
        self.say(task_id)
        self.begun.release()
        if task_id == "bad":
            globals()[self.way]()


class Synchronous(Suspect):
    def assign_task(self, task_id: str) -> str:
        self.begin(task_id)
        if self.first:
            threading.Event().wait()
        return f"did {task_id}"

    def live(self) -> None:
        for task_id in ("a", "b"):
            threading.Thread(target=self.assign_task, args=(task_id,), daemon=True).start()
            self.begun.acquire()
        self.assign_task("bad")


class Asynchronous(Suspect):
    async def assign_task(self, task_id: str) -> str:
        self.begin(task_id)
        if self.first:
            await asyncio.Event().wait()
        return f"did {task_id}"

    def live(self) -> None:
        asyncio.run(self._live())

    async def _live(self) -> None:
        await asyncio.gather(*(self.assign_task(task_id) for task_id in ("a", "b", "bad")))


def run(path: str, kind: str, way: str, say: Callable[[str], None]) -> None:
    """One life: the first takes up the tasks, the others resume; then say what became of each task, as JSON."""
    attach: Any = integrate_context_manager(path=path, resume="redispatch")
    suspect = attach({"sync": Synchronous, "async": Asynchronous}[kind])(way, say)
    manager = context_of(suspect)
    assert manager is not None
    if manager.recovery_report is None:
        suspect.live()
    suspect.first = False
    made = asyncio.run(manager.aresume()) if kind == "async" else manager.resume()
    say(json.dumps({one.task: one.outcome for one in made}))
    manager.close()
