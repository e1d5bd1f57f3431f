"""From the start of the interpreter to the state of 100,000 events rebuilt, after a SIGKILL."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from tests.benchmarks.children import child, line, seconds_to_line
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.rounds import interleaved, p50, typical

INTERVAL = 30
"""Seconds between two checkpoints, by default."""
PACES = {"usual": 100, "hectic": 1_000, "none": 0}
"""Events a second, which say how many lie between two checkpoints; 0: no checkpoint is taken at all."""

WRITE = """
import json, sys
from jarvis_ctx import JarvisContextManager
from tests.benchmarks.material import progress, task_id
path, events, every = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
manager = JarvisContextManager(path, checkpoint_interval=1e6)
for number in range(1, events + 1):
    manager.update_task_progress(task_id(number), progress(number))
    if every and (events - number) % every == every // 2:
        manager.checkpoint()
        manager.archiving.turn()
manager.flush()
last = manager.keeper.last
print(json.dumps({"covered": sum(last.position.values()) if last else 0}), flush=True)
input()
"""
START = """
import sys
from jarvis_ctx import JarvisContextManager
manager = JarvisContextManager(sys.argv[1], checkpoint_interval=1e6)
print("ready", flush=True)
input()
"""
LOOK = """
import json, sys
from jarvis_ctx import JarvisContextManager
report = JarvisContextManager(sys.argv[1], checkpoint_interval=1e6).recovery_report
print(json.dumps({"events": report.events, "lost": report.events_lost, "seconds": report.seconds}), flush=True)
input()
"""


class Killed(NamedTuple):
    """A store whose writer was killed."""

    path: Path
    events: int
    covered: int
    """How many events its last checkpoint covers."""


def write_and_kill(path: Path, events: int, pace: int) -> Killed:
    """Events as fast as they go, with checkpoints where the clock would have put them at `pace` events a second.

    The writer is killed half-way to its next checkpoint, with everything drained, as it is at that pace.
    """
    with child(WRITE, str(path), str(events), str(min(pace * INTERVAL, events))) as writer:
        covered = json.loads(line(writer))["covered"]
    return Killed(path, events, covered)


def measure(effort: Effort) -> list[Figure]:
    """Seconds with the checkpoints of two paces, and without any."""
    with TemporaryDirectory(prefix="jarvis-bench-") as folder:
        stores = {name: write_and_kill(Path(folder) / name, effort.events, pace) for name, pace in PACES.items()}
        sides = {name: lambda path=store.path: start_seconds(path) for name, store in stores.items()}
        measured = interleaved(sides, effort.starts)
        seconds = {name: typical(rounds, p50) for name, rounds in measured.items()}
        notes = {name: f"{_covered(store)} {_phases(store)}" for name, store in stores.items()}
    rounds = f"{effort.starts} starts, each after a SIGKILL"

    def figure(name: str, what: str, reach: float | None = None, aim: float | None = None) -> Figure:
        return Figure(
            what=what, value=seconds[name], unit="s", reach=reach, aim=aim, rounds=rounds, details=[notes[name]]
        )

    what = f"start to state rebuilt, {effort.events:,} events, interpreter included"
    return [
        figure("usual", f"{what}; written at {PACES['usual']} a second", 0.3, 0.15),
        figure("hectic", f"the same, written at {PACES['hectic']:,} a second"),
        figure("none", "the worst case: the same without any checkpoint, every event read and folded"),
    ]


def start_seconds(path: Path) -> list[float]:
    """One start of the store in `path`, killed at the end."""
    return [seconds_to_line(START, str(path))[0]]


def _covered(store: Killed) -> str:
    behind = store.events - store.covered
    if not store.covered:
        return f"No checkpoint, {behind:,} events folded."
    return f"The last checkpoint, half an interval of {INTERVAL} s old, covered {store.covered:,}; {behind:,} folded."


def _phases(store: Killed) -> str:
    """What one more start reports; it is not measured, but must have found every event."""
    report: dict[str, Any] = json.loads(seconds_to_line(LOOK, str(store.path))[1])
    if report["events"] < store.events or report["lost"]:
        raise RuntimeError(f"A start found {report['events']} of {store.events} events and lost {report['lost']}.")
    phases = ", ".join(f"{name} {seconds:.3f} s" for name, seconds in report["seconds"].items())
    return f"By one recovery report: {phases}; the rest is the interpreter, imports and opening the files."
