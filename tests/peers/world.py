"""The world outside a program: where its steps have their effects, and where it notes what it believes to be kept.

Only the standard library is used, since each program runs in the environment of what it is written for.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

STEPS = 10
"""Steps of a task."""
PACE = 0.02
"""Seconds that a step thinks before it acts, in place of a call to a model."""


class World:
    """One program's folder: `notes.jsonl` outside anything that the library keeps, and `store`, which is its own.

    A note is one write(2) to a file that is only appended to: a kill cannot take it back.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.store = folder, folder / "store"
        self.store.mkdir(parents=True, exist_ok=True)
        self._notes = os.open(folder / "notes.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def act(self, task: int, step: int) -> str:
        """A step: thinks, and then has an effect that cannot be taken back. Returns what it led to."""
        self._note("began", task, step)
        time.sleep(PACE)
        self._note("effect", task, step)
        return outcome(task, step)

    def happened(self, task: int, step: int) -> str | None:
        """What the step led to, if it has had its effect, else None: what a mail server's log would say."""
        return outcome(task, step) if ["effect", task, step] in self._read() else None

    def kept(self, task: int, step: int) -> None:
        """The library has returned: as far as the program can know, the step is kept."""
        self._note("kept", task, step)

    def through(self, task: int, results: list[str]) -> None:
        """A task is at its end, with these results of its steps."""
        self._note("through", task, results)

    def died(self, sentence: str) -> None:
        """What the library says of how the life before ended."""
        self._note("died", sentence)

    def tasks(self) -> Iterator[int]:
        """Numbers of tasks from 1, until all that any life has begun came by and nobody wants more."""
        task, begun = 0, max((note[0] for what, *note in self._read() if what == "began"), default=0)
        self._note("at work")
        while task < begun or not (self.folder / "enough").exists():
            task += 1
            yield task

    def _read(self) -> Iterator[list[Any]]:
        for line in (self.folder / "notes.jsonl").read_bytes().splitlines():
            yield json.loads(line)[1:]

    def _note(self, what: str, *facts: Any) -> None:
        os.write(self._notes, json.dumps([time.monotonic(), what, *facts]).encode() + b"\n")


def outcome(task: int, step: int) -> str:
    """What a step leads to."""
    return f"task {task}, step {step}: done"


def main(program: Callable[[World], None]) -> None:
    """Run the program in the folder that the command line names."""
    program(World(Path(sys.argv[1])))
