"""Several orchestrators in one store, each in a process of its own: any process of theirs is killed at its moment."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing

import psutil

from .kills import Moment, moments
from .lives import TICK, Command, Failed, Kill, Published, interrupts, tail
from .place import Life, Place
from .working import Working

PATIENCE = 20.0
"""Seconds within which the workers of a killed orchestrator must have ended by themselves."""

ENDED = object()


class Player:
    """One orchestrator: killed, and the same command started again, until it comes to its end."""

    def __init__(self, place: Place, command: Command, files: int, kills: int, worker_kills: int, seed: str) -> None:
        self.place, self._command, self.files, self._random = place, command, files, random.Random(seed)
        victims = ["worker"] * worker_kills + ["orchestrator"] * kills
        self._random.shuffle(victims)
        when = moments(files, len(victims), self._random.randrange(10_000), 0.02)
        self._strikes: list[tuple[Moment, str]] = list(zip(when, victims, strict=True))
        self.published = Published(command.side.effects)
        self.lives: list[Life] = []
        self.ended = False

    def live(self, say: Callable[[str], None]) -> Generator[None, None, None]:
        """All its lives; gives way to the others again and again. What was started ends with it."""
        while not self.ended:
            with ExitStack() as stack:
                output = stack.enter_context(self._command.side.output.open("ab"))
                process = stack.enter_context(self._command.start(output.fileno()))
                stack.callback(process.kill)
                yield from self._life(process, say)

    def _life(self, process: subprocess.Popen[bytes], say: Callable[[str], None]) -> Generator[None, None, None]:
        started, workers_killed = time.monotonic(), list[int]()
        kill, killed, working, at_work = self._next_kill(), False, Working(self.place.notes, process.pid), None
        while process.poll() is None:
            yield
            if not kill.due(self.published.look()):
                continue
            victim = self._strikes[0][1]
            if victim == "orchestrator":
                at_work = working.look(workers_killed)
                if not at_work:
                    continue  # It is between two tasks: a kill now would prove nothing.
                self._strikes.pop(0)
                killed = yield from self._kill(process)
                break
            if worker := self._worker(process.pid):
                self._strikes.pop(0)
                worker.kill()
                workers_killed.append(worker.pid)
                kill = self._next_kill()
                say(f"kill -9 {worker.pid}, a worker of {self._so_far()}")
        self.published.look()
        if process.returncode and not killed:
            raise Failed(f"exit code {process.returncode} of {self.place.name}:\n{tail(self._command.side.output)}")
        if killed:
            say(f"kill -9 {process.pid}, {self._so_far()}; the same command again")
        self.ended = not killed
        self.lives.append(
            Life(
                pid=process.pid,
                started=started,
                seconds=time.monotonic() - started,
                killed=killed,
                exit_code=process.returncode,
                published=self.published.count,
                size=self.published.size,
                workers_killed=workers_killed,
                at_work=at_work if killed else None,
            )
        )

    def _next_kill(self) -> Kill:
        return Kill(self._strikes[0][0] if self._strikes else None, self.published.look())

    def _kill(self, process: subprocess.Popen[bytes]) -> Generator[None, None, bool]:
        """Kill the orchestrator alone, and see that its workers end; whether it did not come to its own end before."""
        workers, deadline = _children(process.pid), time.monotonic() + PATIENCE
        process.kill()
        process.wait()
        while any(worker.is_running() for worker in workers):
            if time.monotonic() > deadline:
                for worker in workers:
                    worker.kill()
                raise Failed(f"a worker of {self.place.name} outlived it by {PATIENCE:g} s")
            yield
        return process.returncode == -signal.SIGKILL

    def _worker(self, pid: int) -> psutil.Process | None:
        """One of its workers, by chance."""
        workers = [child for child in _children(pid) if _works(child)]
        return self._random.choice(workers) if workers else None

    def _so_far(self) -> str:
        return f"{self.place.name} with {self.published.count} of {self.files} published"


def play(players: list[Player], show: Callable[[int], None], say: Callable[[str], None]) -> None:
    """Let them all live side by side. Raises `Failed`, and `KeyboardInterrupt` after Ctrl-C; nothing outlives it."""
    with interrupts() as came, ExitStack() as stack:
        going = [stack.enter_context(closing(player.live(say))) for player in players]
        while going and not came:
            going = [each for each in going if next(each, ENDED) is not ENDED]
            show(sum(player.published.count for player in players))
            time.sleep(TICK)
    if came:
        raise KeyboardInterrupt


def _children(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _works(process: psutil.Process) -> bool:
    """Whether it is a worker, and not the helper that multiprocessing has for spawned ones."""
    try:
        return "resource_tracker" not in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False
