"""The ground both sides of a latency figure stand on: a sidecar as a person opens it, and a bare database beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from jarvis_ctx import JarvisContextManager
from tests.benchmarks.bare_sqlite import BareSqlite, values
from tests.benchmarks.material import progress, task_id
from tests.benchmarks.rounds import Sample, timed


class Ground:
    """Rounds of calls on both sides; what is bound or told is made before the clock starts."""

    def __init__(self, manager: JarvisContextManager, bare: BareSqlite) -> None:
        self.manager, self._bare = manager, bare
        self._captured_calls, self._bare_calls = count(0), count(0)

    def captured(self, calls: int, pause: float = 0.0) -> list[Sample]:
        """Calls of `update_task_progress`; what they wrote is drained before the next round, of whichever side."""
        told = [(task_id(n), progress(n)) for n, _ in zip(self._captured_calls, range(calls), strict=False)]
        update = self.manager.update_task_progress
        samples = timed(lambda at: update(*told[at]), range(calls), pause)
        self.manager.flush()
        return samples

    def bare(self, calls: int, pause: float = 0.0) -> list[Sample]:
        """Transactions of the same values, while the sidecar has nothing to do."""
        bound = [values(n) for n, _ in zip(self._bare_calls, range(calls), strict=False)]
        write = self._bare.write
        return timed(lambda at: write(bound[at]), range(calls), pause)


@contextmanager
def ground() -> Iterator[Ground]:
    """Both sides in one new folder, all background threads of the sidecar running."""
    with TemporaryDirectory(prefix="jarvis-bench-") as folder:
        bare = BareSqlite(Path(folder) / "bare.db")
        try:
            with JarvisContextManager(Path(folder) / "store", handle_signals=False) as manager:
                yield Ground(manager, bare)
        finally:
            bare.close()
