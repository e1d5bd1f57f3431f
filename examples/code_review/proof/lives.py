"""Runs the orchestrator in a process of its own, watches what it publishes, and kills it when its moment has come."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .kills import Moment
from .place import Life, Side

TICK = 0.01
ENDINGS = (signal.SIGINT, signal.SIGTERM)
ROOT = Path(__file__).parents[3]


class Failed(Exception):
    """A process ended by itself, and not well."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """`python -m module arguments`, what it leaves in `side`, and what it is told of jarvis-ctx by the environment."""

    module: str
    arguments: list[str]
    side: Side
    settings: Mapping[str, str] = field(default_factory=dict)

    def start(self, output: int) -> subprocess.Popen[bytes]:
        """Start it, saying what it has to say to `output`."""
        # In a session of its own, so that Ctrl-C reaches us alone: we end it by its process id.
        return subprocess.Popen(
            self.line,
            cwd=self.side.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )

    @property
    def line(self) -> list[str]:
        """The command itself."""
        return [sys.executable, "-m", self.module, *self.arguments]

    def environment(self) -> dict[str, str]:
        """Ours, but with no other settings of jarvis-ctx than those given."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("JARVIS_")}
        path = os.pathsep.join([str(ROOT), *filter(None, [ours.get("PYTHONPATH")])])
        return {**ours, **self.settings, "PYTHONPATH": path}


class Published:
    """How many lines an effects file has, read on from where it was read last."""

    def __init__(self, effects: Path) -> None:
        self._effects, self.size, self.count = effects, 0, 0

    def look(self) -> int:
        """The count now."""
        if self._effects.exists():
            with self._effects.open("rb") as file:
                file.seek(self.size)
                new = file.read()
            self.size += len(new)
            self.count += new.count(b"\n")
        return self.count


class Kill:
    """Says when a moment has come: the delay runs from the review at which it begins to run."""

    def __init__(self, moment: Moment | None, published: int) -> None:
        self._moment, self._at = moment, 0.0
        # At least one review of this very life, so that it is at work and not still starting.
        self._published = max(moment.published, published + 1) if moment else 0

    def due(self, published: int) -> bool:
        """Whether it has, with so many reviews published."""
        if self._moment is None or published < self._published:
            return False
        self._at = self._at or time.monotonic() + self._moment.delay
        return time.monotonic() >= self._at


def live(command: Command, moment: Moment | None, show: Callable[[int], None]) -> Life:
    """One life of `command`, until it ends or `moment` has come; nothing of it outlives this call.

    Raises `Failed` when it ends by itself with another exit code than 0, and `KeyboardInterrupt` after Ctrl-C.
    """
    published, started = Published(command.side.effects), time.monotonic()
    kill, due = Kill(moment, published.look()), False
    with (
        interrupts() as came,
        command.side.output.open("ab") as output,
        command.start(output.fileno()) as process,
    ):
        try:
            while process.poll() is None and not due and not came:
                show(published.look())
                due = kill.due(published.count)
                time.sleep(0 if due else TICK)
        finally:
            process.kill()
    if came:
        raise KeyboardInterrupt
    show(published.look())
    # It may have come to its own end just before.
    killed = due and process.returncode == -signal.SIGKILL
    if process.returncode and not killed:
        raise Failed(f"exit code {process.returncode} of {command.module}:\n{tail(command.side.output)}")
    return Life(
        pid=process.pid,
        started=started,
        seconds=time.monotonic() - started,
        killed=killed,
        exit_code=process.returncode,
        published=published.count,
        size=published.size,
    )


@contextmanager
def interrupts() -> Iterator[list[int]]:
    """Collects SIGINT and SIGTERM: one that came while a process is being started would leave it to itself."""
    came: list[int] = []
    before = {ending: signal.signal(ending, lambda number, _: came.append(number)) for ending in ENDINGS}
    try:
        yield came
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)


def tail(output: Path) -> str:
    return "\n".join(output.read_text("utf-8", "replace").splitlines()[-20:])
