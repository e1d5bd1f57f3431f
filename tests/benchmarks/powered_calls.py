"""How many acknowledged calls of sixteen threads one fdatasync carries when each must survive a power cut."""

from __future__ import annotations

import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from jarvis_ctx import JarvisContextManager
from jarvis_ctx.disk.files import sync_data
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.material import progress, task_id
from tests.benchmarks.rounds import Sample, interleaved, p50, typical

THREADS = 16


class Counted:
    """Counts the fdatasyncs of the journal and makes every one of them."""

    def __init__(self) -> None:
        self.syncs = 0

    def __call__(self, descriptor: int) -> None:
        self.syncs += 1
        sync_data(descriptor)


def measure(effort: Effort) -> list[Figure]:
    """Calls over fdatasyncs in the same round, those of the background included."""
    calls, counted = effort.calls // 5, Counted()
    with (
        TemporaryDirectory(prefix="jarvis-bench-") as folder,
        patch("jarvis_ctx.journal.segment.sync_data", counted),
        JarvisContextManager(Path(folder) / "store", durability="power", handle_signals=False) as manager,
    ):
        sides = {
            str(threads): lambda threads=threads: [_per_sync(manager, counted, threads, calls)]
            for threads in (1, THREADS)
        }
        measured = interleaved(sides, effort.busy_rounds)
    alone = typical(measured["1"], p50)
    return [
        Figure(
            what=f'`durability="power"`, {THREADS} threads, acknowledged calls per fdatasync',
            value=typical(measured[str(THREADS)], p50),
            unit="calls",
            reach=8,
            least=True,
            rounds=f"{effort.busy_rounds} rounds of {THREADS} times {calls} calls",
            details=[f"One thread alone had {alone:.2f} calls per fdatasync in the same rounds."],
        )
    ]


def _per_sync(manager: JarvisContextManager, counted: Counted, threads: int, calls: int) -> Sample:
    def report(thread: int) -> None:
        for number in range(thread * calls, (thread + 1) * calls):
            manager.update_task_progress(task_id(number), progress(number))

    before = counted.syncs
    reporting = [threading.Thread(target=report, args=(thread,)) for thread in range(threads)]
    for thread in reporting:
        thread.start()
    for thread in reporting:
        thread.join()
    per_sync = threads * calls / (counted.syncs - before)
    manager.flush()
    return per_sync
