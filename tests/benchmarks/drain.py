"""How fast what was captured reaches the database while another thread of the process computes without pause."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jarvis_ctx import JarvisContextManager
from tests.benchmarks.busy_call import busy_thread
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.material import progress, task_id
from tests.benchmarks.rounds import Sample, interleaved, p50, typical


def measure(effort: Effort) -> list[Figure]:
    """Events a second from journal to database, tables included, with the thread and without it."""
    events = max(1_000, effort.events // 10)
    with TemporaryDirectory(prefix="jarvis-bench-") as folder:
        settings: dict[str, Any] = {"drain_interval": 3600.0, "checkpoint_interval": 3600.0, "handle_signals": False}
        with JarvisContextManager(Path(folder) / "store", **settings) as manager:
            sides = {
                "idle": lambda: [_drained(manager, events, busy=False)],
                "busy": lambda: [_drained(manager, events, busy=True)],
            }
            measured = interleaved(sides, effort.busy_rounds)
    return [
        Figure(
            what="drain beside one CPU-bound Python thread",
            value=typical(measured["busy"], p50),
            unit="events/s",
            reach=10_000,
            least=True,
            rounds=f"{effort.busy_rounds} rounds of {events:,} events a side, written before the thread begins",
            details=[f"Without the thread {typical(measured['idle'], p50):,.0f} events/s in the same rounds."],
        )
    ]


def _drained(manager: JarvisContextManager, events: int, *, busy: bool) -> Sample:
    for number in range(events):
        manager.update_task_progress(task_id(number), progress(number))
    with ExitStack() as beside:
        if busy:
            beside.enter_context(busy_thread())
        began = time.perf_counter()
        manager.flush(600)
        return events / (time.perf_counter() - began)
