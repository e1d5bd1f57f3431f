"""The memory a sidecar adds to a process that uses sqlite3 and json already."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil

from tests.benchmarks.children import child, line
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.rounds import difference, interleaved, p50

MB = 1_000_000

BARE = """
import json, sqlite3
print("ready", flush=True)
input()
"""
ATTACHED = """
import json, sqlite3, sys
from jarvis_ctx import JarvisContextManager
from tests.benchmarks.material import TASKS, progress, task_id
manager = JarvisContextManager(sys.argv[1])
for number in range(TASKS):
    manager.update_task_progress(task_id(number), progress(number))
manager.flush()
manager.checkpoint()
manager.flush()
print("ready", flush=True)
input()
"""


def weigh(code: str, *arguments: str) -> tuple[float, float]:
    """Resident and proportional set size in bytes; the same where the system knows no shares."""
    with child(code, *arguments) as process:
        line(process)
        return weight(process.pid)


def weight(pid: int) -> tuple[float, float]:
    """The same of a process that runs."""
    seen = psutil.Process(pid)
    if not psutil.LINUX:
        return float(seen.memory_info().rss), float(seen.memory_info().rss)
    full = seen.memory_full_info()
    return float(full.rss), float(full.pss)


def measure(effort: Effort) -> list[Figure]:
    """Megabytes added after 1,000 tasks, a drain and a checkpoint, the sidecar's mapped segments included."""
    rounds = max(1, effort.starts // 3)
    with TemporaryDirectory(prefix="jarvis-bench-") as folder:
        shares: dict[str, list[float]] = {"bare": [], "attached": []}

        def side(name: str, code: str) -> list[float]:
            store = Path(folder) / f"store-{os.urandom(4).hex()}"
            resident, share = weigh(code, str(store))
            shares[name].append(share)
            return [resident]

        sides = {"bare": lambda: side("bare", BARE), "attached": lambda: side("attached", ATTACHED)}
        measured = interleaved(sides, rounds)
    share = (median(shares["attached"]) - median(shares["bare"])) / MB
    return [
        Figure(
            what="added memory, core attached, 1,000 tasks, no web",
            value=difference(measured["attached"], measured["bare"], p50) / MB,
            unit="MB",
            reach=40,
            aim=25,
            rounds=f"{rounds} pairs of processes",
            details=[f"Resident set; by proportional set size {share:.1f} MB. Mapped segments (2 × 1 MiB) included."],
        )
    ]
