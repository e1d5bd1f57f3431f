"""How long a checkpoint takes, and how long it keeps a caller waiting who reports progress meanwhile."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jarvis_ctx import JarvisContextManager
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.rounds import Sample, interleaved, p50, percentile, typical

TASKS = 10_000
MANY = 100_000
PAUSE = 0.0005
"""Seconds between two calls of whoever reports while a checkpoint is taken."""


class Orchestrator:
    """One with many tasks, each of some 220 bytes in a checkpoint; everything it said is drained."""

    def __init__(self, manager: JarvisContextManager, tasks: int) -> None:
        self.manager, self.tasks, self._change = manager, tasks, count(1)
        self.processor: dict[int, list[Sample]] = {}
        """Milliseconds of processor time, in all threads, of the checkpoints after each kind of change."""
        self.change(1)
        self.manager.checkpoint()

    def change(self, every: int) -> None:
        """Let every so many-th task advance, and drain that."""
        percentage = next(self._change) % 100
        for number in range(0, self.tasks, every):
            self.report(number, percentage)
        self.manager.flush(600)

    def report(self, number: int, percentage: int) -> None:
        task = {"description": f"Review module {number}", "status": "in_progress", "percentage": percentage}
        self.manager.update_task_progress(f"review-{number:06d}", task)

    def milliseconds(self, every: int) -> Sample:
        """How long a checkpoint takes after such a change."""
        self.change(every)
        used, began = time.process_time(), time.perf_counter()
        self.manager.checkpoint()
        took = time.perf_counter() - began
        self.processor.setdefault(every, []).append((time.process_time() - used) * 1000)
        self.manager.archiving.turn()
        return took * 1000

    def waits(self, checkpoint: bool) -> list[Sample]:
        """Milliseconds of each call while a checkpoint is taken, or for a second without one.

        They count from the moment at which the caller was to wake: waiting for the interpreter stalls it, too.
        """
        self.change(self.tasks // 100)
        beside = threading.Thread(target=self.manager.checkpoint if checkpoint else lambda: time.sleep(1))
        samples: list[Sample] = []
        beside.start()
        while beside.is_alive():
            began = time.perf_counter() + PAUSE
            time.sleep(PAUSE)
            self.report(len(samples) % self.tasks, len(samples) % 100)
            samples.append((time.perf_counter() - began) * 1000)
        self.manager.archiving.turn()
        return samples


@contextmanager
def orchestrator(tasks: int) -> Iterator[Orchestrator]:
    """One in a new folder, whose checkpoints are taken when we say so."""
    with TemporaryDirectory(prefix="jarvis-bench-") as folder:
        settings: dict[str, Any] = {"checkpoint_interval": 3600.0, "handle_signals": False}
        with JarvisContextManager(Path(folder) / "store", **settings) as manager:
            yield Orchestrator(manager, tasks)


def milliseconds_of_a_sync(folder: Path) -> float:
    """What one fsync of a new file of a page costs there, the median of twenty."""
    samples: list[Sample] = []
    for number in range(20):
        with (folder / f"sync-{number}").open("wb", buffering=0) as file:
            file.write(bytes(4096))
            began = time.perf_counter()
            os.fsync(file.fileno())
            samples.append((time.perf_counter() - began) * 1000)
    return p50(samples)


def measure(effort: Effort) -> list[Figure]:
    """Milliseconds until `checkpoint()` returns: database, signed file and twin, all durable."""
    with orchestrator(max(1_000, round(TASKS * effort.share))) as running:
        sides = {"1 %": lambda: [running.milliseconds(100)], "all": lambda: [running.milliseconds(1)]}
        measured = interleaved(sides, effort.checkpoints)
        state = running.manager.checkpoint("whole").size
        running.change(100)
        changes = running.manager.checkpoint().size
        cost = {every: f"{p50(samples):.1f} ms of processor time" for every, samples in running.processor.items()}
    with TemporaryDirectory(prefix="jarvis-bench-") as folder:
        sync = f"one fsync costs {milliseconds_of_a_sync(Path(folder)):.1f} ms here"
    whole = (
        f"The state has {state:,} bytes of JSON, kept in the database and in two files with three fsyncs; {sync}."
        f" In all threads it takes {cost[1]}."
    )
    changed = (
        f"What changed since the last whole one has {changes:,} bytes, kept in the database and in one"
        f" file with two fsyncs; {sync}. In all threads it takes {cost[100]}."
    )
    return [
        Figure(
            what=f"checkpoint of {running.tasks:,} tasks, {part} changed",
            value=typical(measured[part], p50),
            unit="ms",
            reach=reach,
            rounds=f"{effort.checkpoints} checkpoints a side, everything drained before",
            details=[detail],
        )
        for part, reach, detail in (("1 %", 5, changed), ("all", 30, whole))
    ]


def measure_stall(effort: Effort) -> list[Figure]:
    """The longest of all calls that ran beside a checkpoint."""
    longest, rounds = percentile(1), max(1, effort.checkpoints // 3)
    with orchestrator(max(1_000, round(MANY * effort.share))) as running:
        sides = {"without": lambda: running.waits(False), "beside": lambda: running.waits(True)}
        measured = interleaved(sides, rounds)
    calls = sum(map(len, measured["beside"]))
    without = max(map(longest, measured["without"]))
    each = ", ".join(f"{longest(samples):.1f}" for samples in measured["beside"])
    usual = typical(measured["beside"], percentile(0.99))
    return [
        Figure(
            what=f"a caller's longest stall while a checkpoint of {running.tasks:,} tasks runs",
            value=max(map(longest, measured["beside"])),
            unit="ms",
            reach=5,
            rounds=f"{rounds} checkpoints, {calls:,} calls, the worst of all",
            details=[
                f"The longest beside each checkpoint: {each} ms; p99 {usual:.2f} ms.",
                f"The longest in as many seconds without a checkpoint: {without:.1f} ms.",
            ],
        )
    ]
