"""What a day of typical use leaves on the disk."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from jarvis_ctx import JarvisContextManager
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.material import progress
from tests.fakes import FakeClock

DAY = 86_400
CHECKPOINT, BEAT = 30, 10
"""Seconds between two checkpoints, and between two beats of an agent."""
AGENTS, TASKS, UPDATES, DECISIONS = 20, 200, 5_000, 500
PARTS = ("*.db", "*.db-wal", "journal/*.seg", "journal/archive", "checkpoints")
MB = 1_000_000


def measure(effort: Effort) -> list[Figure]:
    """Megabytes of all files after the sidecar has ended, and while it still runs."""
    seconds = round(DAY * effort.share)
    with TemporaryDirectory(prefix="jarvis-bench-") as folder:
        store = Path(folder) / "store"
        clock = FakeClock()
        with JarvisContextManager(store, checkpoint_interval=10.0 * DAY, handle_signals=False, clock=clock) as manager:
            live(manager, clock, seconds)
            running, parts = size(store), {name: size(store, name) for name in PARTS}
        ended = size(store)
    shares = ", ".join(f"{name} {bytes / MB:.2f}" for name, bytes in parts.items())
    return [
        Figure(
            what=f"a day of typical use ({AGENTS} agents, {UPDATES:,} updates of {TASKS} tasks), all files",
            value=max(ended, running) / MB,
            unit="MB",
            reach=10,
            rounds=f"one run of {seconds / DAY:g} days, {seconds // CHECKPOINT:,} checkpoints",
            details=[f"Ended {ended / MB:.2f} MB; running {running / MB:.2f} MB, of these {shares}."],
        )
    ]


def live(manager: JarvisContextManager, clock: FakeClock, seconds: int) -> None:
    """So many seconds of a day, as fast as they go."""
    updates, decisions = count(0), count(0)
    for now in range(0, seconds, BEAT):
        clock.advance(BEAT)
        for agent in range(AGENTS):
            manager.heartbeat(f"agent-{agent}", cpu=agent)
        for number in _due(updates, now, UPDATES):
            manager.update_task_progress(f"review:package/module_{number % TASKS:04d}.py", progress(number))
        for number in _due(decisions, now, DECISIONS):
            manager.log_decision("route", {"question": f"Who reviews finding {number}?"}, "the reviewer", "it knows it")
        if now % CHECKPOINT == 0:
            manager.checkpoint()
            manager.archiving.turn()
    manager.flush()


def _due(done: count[int], now: int, a_day: int) -> list[int]:
    """The numbers of what happens evenly through the day and is due by `now`."""
    due = int((now + BEAT) * a_day / DAY) - int(now * a_day / DAY)
    return [next(done) for _ in range(due)]


def size(folder: Path, pattern: str = "*") -> int:
    """Bytes of the files that match, and of all that lie in folders that do."""
    found = {path for top in folder.glob(pattern) for path in (top, *top.rglob("*")) if path.is_file()}
    return sum(path.stat().st_size for path in found)
