"""A supervisor as a test holds it: what it says, what it watches, and what is left in the end."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import psutil
import pytest

from jarvis_ctx.model.run import CauseOfDeath
from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash.children import Child, Server

Said = dict[str, Any]
MORTAL = [sys.executable, "-m", "tests.crash.mortal"]
ROUNDS = int(os.environ.get("CRASH_ROUNDS", "1"))
"""How often each cause is made: 20 times and more in a campaign."""
ROUND = pytest.mark.parametrize("round", range(ROUNDS))


class Watch(Protocol):
    """Starts a supervisor of a command in a store."""

    def __call__(self, store: Path, command: list[str], **orders: Any) -> Watched: ...


class Watched:
    """A supervisor of one command in one store, in a process of its own."""

    def __init__(self, server: Server, store: Path, command: list[str], **orders: Any) -> None:
        self.supervisor: Child = server.start("supervise", path=store, command=command, **orders)
        self.pid = 0
        """The process that it has started last."""

    def said(self, *events: str) -> Said:
        """What it says next of these; what it says before is passed by."""
        while True:
            found: Said = json.loads(self.supervisor.line())
            if found["event"] in ("started", "adopted"):
                self.pid = found["pid"]
            if found["event"] in events:
                return found

    def begun(self) -> Said:
        """Wait until the command, which tells so by the same pipe, has begun its run."""
        before = self.pid
        began = self.said("began")
        if self.pid == before and began.get("pid") != before:
            self.said("started", "adopted")  # The command was quicker than its supervisor.
        return began

    def clear(self) -> None:
        """Leave nothing of it behind: neither the supervisor nor the command, nor what that has started."""
        for pid in {self.pid, self.supervisor.pid} - {0}:
            with suppress(psutil.NoSuchProcess):
                _kill_all_of(psutil.Process(pid))

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send the command a signal."""
        os.kill(self.pid, number)

    def over(self) -> Said:
        """How it ended in the end."""
        return self.said("over")


def _kill_all_of(process: psutil.Process) -> None:
    """It and what it has started; any of them may end by itself meanwhile."""
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            one.kill()


@contextmanager
def watching(server: Server) -> Iterator[Watch]:
    """Supervisors; at the end neither they nor what they have started live any more."""
    all_of: list[Watched] = []

    def start(store: Path, command: list[str], **orders: Any) -> Watched:
        all_of.append(Watched(server, store, command, **orders))
        return all_of[-1]

    try:
        yield start
    finally:
        for watched in all_of:
            watched.clear()
        server.clear()


def cause(store: Path) -> CauseOfDeath | None:
    """What the next start says that the last run died of."""
    with JarvisContextManager(store, handle_signals=False) as manager:
        return manager.recovery_report.cause if manager.recovery_report else None
