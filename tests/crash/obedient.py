"""A process that does what it is told, a JSON line each, with one sidecar after the other, each in a life of its own.

It forks for each life, and never more than one runs, so that a life can be killed with SIGKILL at no cost.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

from jarvis_ctx.clock import SystemClock
from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash import plants


class Shifted(SystemClock):
    """The machine's clocks, the wall's set wrong by `microseconds`."""

    def __init__(self, microseconds: int) -> None:
        self._shift = microseconds

    def wall(self) -> int:
        return super().wall() + self._shift


def told() -> dict[str, Any]:
    """The next line; read byte by byte, as what follows it may be for another life."""
    line = b""
    while not line.endswith(b"\n"):
        if not (byte := os.read(0, 1)):
            os._exit(0)
        line += byte
    found: dict[str, Any] = json.loads(line)
    return found


def answer(value: object) -> None:
    os.write(1, json.dumps(value).encode() + b"\n")


def remembered(manager: JarvisContextManager) -> dict[str, Any]:
    """All that the model knows of, as the sidecar has it."""
    tasks = {task["id"]: [task["status"], task["percentage"]] for task in manager.tasks()}
    decisions = [decision.decision for decision in manager.decisions()]
    messages = [entry.content for entry in manager.conversation()]
    return {
        "tasks": tasks,
        "attributes": manager.attributes(),
        "decisions": decisions,
        "conversation": messages,
    }


def live(path: str, shift: int) -> None:
    """One life: it ends when it is told to close, or to die."""
    manager = JarvisContextManager(path, name="model", clock=Shifted(shift), segment_bytes=16_384)
    report = manager.recovery_report
    answer({"crashed": report is not None, "lost": report.lost if report else 0, **remembered(manager)})
    while True:
        command = told()
        if command["do"] == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        result = getattr(manager, command["do"])(*command["with"])
        answer(remembered(manager) if command["do"] == "restore" else None if result is None else "done")
        if command["do"] == "close":
            os._exit(0)


def main() -> None:
    plants.plant(os.environ.get(plants.VARIABLE, ""))
    while True:
        life = told()
        pid = os.fork()
        if pid == 0:
            try:
                live(life["path"], life["shift"])
            finally:
                sys.stderr.flush()
                os._exit(70)
        os.waitpid(pid, 0)
        answer("ended")


if __name__ == "__main__":
    main()
