"""From the start of the interpreter to the state rebuilt when all layers above one are lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.children import child, line, seconds_to_line
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.rounds import Sample, interleaved, p50, typical

TASKS = 10_000

WRITE = """
import sys
from jarvis_ctx import JarvisContextManager
from tests.benchmarks.material import progress
path, tasks = sys.argv[1], int(sys.argv[2])
manager = JarvisContextManager(path, checkpoint_interval=1e6)
for part in range(2):
    for number in range(part, tasks, 2):
        manager.update_task_progress(f"review:package/module_{number:05d}.py", progress(number))
    manager.checkpoint()
    manager.archiving.turn()
manager.update_task_progress("review:package/module_00000.py", {"percentage": 50})
manager.flush()
manager.keeper._files.put_emergency(manager.keeper._snapshot(manager.journal.picture(), ""))
print("ready", flush=True)
input()
"""
START = """
import json, sys
from jarvis_ctx import JarvisContextManager
manager = JarvisContextManager(sys.argv[1], checkpoint_interval=1e6)
report = manager.recovery_report
base = ", ".join(tried.layer for tried in report.layers if tried.verdict == "accepted")
tasks = len(manager.journal.writer.state.tasks)
print(json.dumps({"base": base, "tasks": tasks, "lost": report.events_lost}), flush=True)
input()
"""


def lose(path: Path, *patterns: str) -> None:
    """Delete what matches, in the store's folder."""
    for pattern in patterns:
        for found in path.glob(pattern):
            found.unlink()


DATABASE, SIGNED, TWINS, EMERGENCY = "jarvis_context.db*", "checkpoints/*.pkl", "checkpoints/*.json", "emergency_*.json"
LOSSES: dict[str, Callable[[Path], None]] = {
    "nothing lost": lambda path: lose(path, EMERGENCY),
    "without the database": lambda path: lose(path, EMERGENCY, DATABASE),
    "without database and signed files": lambda path: lose(path, EMERGENCY, DATABASE, SIGNED),
    "with the emergency file alone": lambda path: lose(path, DATABASE, SIGNED, TWINS),
    "without any checkpoint, by journal and archive": lambda path: lose(path, EMERGENCY, DATABASE, SIGNED, TWINS),
}


def measure(effort: Effort) -> list[Figure]:
    """Seconds with each loss; every start has a fresh copy, because a start mends what it finds lost."""
    tasks, rounds = max(100, round(TASKS * effort.share)), max(1, effort.starts // 5)
    bases: dict[str, str] = {}
    with TemporaryDirectory(prefix="jarvis-bench-") as folder:
        whole = Path(folder) / "whole"
        with child(WRITE, str(whole), str(tasks)) as writer:
            line(writer)

        def start(name: str) -> list[Sample]:
            store = Path(folder) / "store"
            shutil.copytree(whole, store)
            LOSSES[name](store)
            seconds, said = seconds_to_line(START, str(store))
            shutil.rmtree(store)
            found = json.loads(said)
            if found["tasks"] != tasks or found["lost"]:
                raise RuntimeError(f"A start {name} found {found['tasks']} of {tasks} tasks.")
            bases[name] = found["base"]
            return [seconds]

        measured = interleaved({name: partial(start, name) for name in LOSSES}, rounds)
    return [
        Figure(
            what=f"start to state rebuilt, {tasks:,} tasks, {name}",
            value=typical(measured[name], p50),
            unit="s",
            reach=2,
            rounds=f"{rounds} starts, each after a SIGKILL and with a copy of its own",
            details=[f"Rebuilt from: {bases[name]}."],
        )
        for name in LOSSES
    ]
