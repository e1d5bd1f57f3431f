"""The soak itself: a worker that is killed again and again beside one that is left alone, and a look every 5 s."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import psutil

from examples.code_review.proof.lives import Command
from examples.code_review.proof.place import Side
from examples.code_review.proof.supervised import JARVIS, Supervised
from tests.soak import sample
from tests.soak.cycles import Cycles
from tests.soak.notes import Reader
from tests.soak.sample import Sample, Start
from tests.soak.visitor import Visitor
from tests.soak.workplace import Place

DEATHS = (5.0, 40.0)
"""Seconds between a start and the kill that follows it, at random."""
EVERY = 5.0
TICK = 0.05
UNLIMITED = 1_000_000
KILLED, STEADY = "killed", "steady"
"""The two workers; both have the same store."""
QUICK = ("--once", "--pace", "0")


class Workload(NamedTuple):
    """Arguments of the two workers."""

    killed: tuple[str, ...] = ("--once", "--threads", "8", "--pace", "0.1")
    steady: tuple[str, ...] = ("--threads", "2", "--pace", "0.05", "--limit", "40")


class Soak:
    """Two workers in one store below `folder`; nothing of it outlives `run`."""

    def __init__(self, folder: Path, seed: int, workload: Workload | None = None) -> None:
        self.store, self._workload = folder / "store", workload or Workload()
        self._random = random.Random(seed)
        self._places = {name: Place(folder / name) for name in (KILLED, STEADY)}
        for place in self._places.values():
            place.folder.mkdir(parents=True)
        self._readers = {name: Reader(place.notes) for name, place in self._places.items()}
        self.cycles = {name: Cycles(place) for name, place in self._places.items()}
        self._processes: dict[str, psutil.Process] = {}
        self._due = 0.0
        self.deaths = self._begun = self._aged = 0
        self._visitor = Visitor(self.store)
        self.wrong: list[str] = []

    @property
    def answers(self) -> int:
        """Requests that the API has answered."""
        return self._visitor.answers

    def verified(self) -> list[str]:
        """What is wrong at the end: with a cycle, with a digest in the store, or with a life that ended otherwise."""
        done = subprocess.run(
            [*JARVIS, "verify", "--path", str(self.store)], capture_output=True, text=True, check=False
        )
        wrong = [f"the store does not verify: {done.stdout}{done.stderr}"] if done.returncode else []
        known = self.deaths + self.cycles[KILLED].ended - self._aged
        wrong += [f"{self._begun - 1 - known} lives ended by themselves"] if self._begun - 1 > known else []
        return [*wrong, *(wrong for cycles in self.cycles.values() for wrong in cycles.wrong)]

    def age(self, reviews: int, show: Callable[[int], None]) -> None:
        """Let each worker do so many reviews in quick lives that end well, so that the store is full of what it keeps.

        A state keeps 100 runs, and 100 attempts of a task: until then its readers grow, and are meant to.
        """
        for done in range(1, reviews + 1):
            with self._left_alone(KILLED, *QUICK) as one, self._left_alone(STEADY, *QUICK) as other:
                self.wrong += [f"a quick life ended with {code}" for code in (one.wait(), other.wait()) if code]
            show(done)
        for cycles in self.cycles.values():
            cycles.look()
        self._aged = self.cycles[KILLED].ended

    def run(self, seconds: float, show: Callable[[Sample], None]) -> None:
        """Work, die and look for so long."""
        self._began = time.monotonic()
        supervised = Supervised(self._command(KILLED), KILLED, UNLIMITED, serve=True)
        with self._left_alone(STEADY) as steady, supervised.running():
            self._processes = {STEADY: psutil.Process(steady.pid), "supervisor": psutil.Process(supervised.pid)}
            look = self._began + EVERY
            while time.monotonic() < self._began + seconds:
                self._kill_when_due(supervised)
                if time.monotonic() >= look:
                    look += EVERY
                    self.wrong += self._visitor.visit(supervised.newly_served())
                    show(self._sample())
                if steady.poll() is not None:
                    self.wrong.append(f"the steady worker ended with {steady.returncode}")
                    break
                time.sleep(TICK)
        for cycles in self.cycles.values():
            cycles.look()

    def _command(self, name: str, *more: str) -> Command:
        place, settings = self._places[name], {"JARVIS_CONTEXT_PATH": str(self.store), "JARVIS_NAME": name}
        arguments = [str(place.folder), *getattr(self._workload, name), *more]
        # So many deaths may meet one unlucky task; by default it would be set aside, as one that kills its process.
        settings |= {"JARVIS_RESTART": "always", "JARVIS_MAX_ATTEMPTS": str(UNLIMITED)}
        return Command(module="tests.soak.worker", arguments=arguments, side=Side(place.folder), settings=settings)

    @contextmanager
    def _left_alone(self, name: str, *more: str) -> Iterator[subprocess.Popen[bytes]]:
        """A worker that nobody kills while the block runs."""
        command = self._command(name, *more)
        with command.side.output.open("ab") as output, command.start(output.fileno()) as process:
            try:
                yield process
            finally:
                process.terminate()

    def _kill_when_due(self, supervised: Supervised) -> None:
        if (event := supervised.take("started")) is not None:
            self._begun += 1
            self._due = time.monotonic() + self._random.uniform(*DEATHS)
            with suppress(psutil.NoSuchProcess):  # It has ended already.
                self._processes[KILLED] = psutil.Process(int(event["pid"]))
        # While it ends its run and its cycle, a death in between would mix up two cycles.
        if KILLED in self._processes and time.monotonic() >= self._due and not self._places[KILLED].through.exists():
            self._kill(self._processes.pop(KILLED))

    def _kill(self, process: psutil.Process) -> None:
        with suppress(psutil.NoSuchProcess):  # It has just ended its cycle; the next start has a death of its own.
            process.kill()
            self.deaths += 1

    def _sample(self) -> Sample:
        now = time.time()
        looked = self._processes | self._server()
        found = {name: sample.process(each, now) for name, each in looked.items()}
        latency: dict[str, sample.Latency] = {}
        starts: list[Start] = []
        for name, reader in self._readers.items():
            taken, others = reader.look()
            latency |= {name: taken} if taken else {}
            began = [Start(seconds=note["seconds"], processor=note["processor"]) for note in others]
            starts += began if name == KILLED else []
            self.cycles[name].look()
        return Sample(
            at=time.monotonic() - self._began,
            deaths=self.deaths,
            cycles=sum(cycles.ended for cycles in self.cycles.values()),
            calls=sum(reader.calls for reader in self._readers.values()),
            processes={name: each for name, each in found.items() if each},
            latency=latency,
            starts=starts,
            files=sample.files(self.store),
        )

    def _server(self) -> dict[str, psutil.Process]:
        """The process that serves the API beside the command: of its two the one that answers."""
        try:
            children = self._processes["supervisor"].children(recursive=True)
            serving = [each for each in children if "serve" in each.cmdline()]
            return {"server": max(serving, key=lambda each: each.memory_info().rss)} if serving else {}
        except psutil.Error:
            return {}
