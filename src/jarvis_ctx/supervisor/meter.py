"""Measures what a command uses: for the ring of samples, for its memory limit, and for the sentence on its growth."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from jarvis_ctx.clock import MICROSECONDS
from jarvis_ctx.liveness import processes, resources
from jarvis_ctx.liveness.resources import Ring, Sample
from jarvis_ctx.recovery.growth import growth

REMEMBERED = 600
"""Looks that the sentence on growth goes by."""
SETTLED = MICROSECONDS
"""After how long the first sample is taken: at once, there is nothing to see yet."""


class Meter:
    """One command's use of the machine, measured at each look."""

    def __init__(self, folder: Path, name: str) -> None:
        self._ring = Ring(resources.path_of(folder, name))
        self.begin()

    def begin(self) -> None:
        """Another process is measured."""
        self._measured: deque[tuple[int, int]] = deque(maxlen=REMEMBERED)
        self._before: tuple[int, float] | None = None
        self._due = 0

    def look(self, pid: int, wall: int) -> int:
        """Bytes of memory that the session of `pid` holds now (`wall`, µs); keeps a sample when one is due."""
        used = processes.usage([pid, *(other for other in processes.members(pid) if other != pid)])
        self._measured.append((wall, used.rss))
        if self._before is None:
            self._before, self._due = (wall, used.cpu), wall + SETTLED
        elif wall >= self._due:
            self._keep(_sample(used, pid, wall, self._before))
            self._before, self._due = (wall, used.cpu), wall + round(resources.INTERVAL * MICROSECONDS)
        return used.rss

    def _keep(self, sample: Sample) -> None:
        try:
            self._ring.add(sample)
        except OSError:
            pass  # A full disk costs a sample, not the supervision.

    def growth(self) -> str:
        """How its memory had grown, as a sentence; nothing where it had not."""
        return growth(self._measured)

    def close(self) -> None:
        self._ring.close()


def _sample(used: processes.Usage, pid: int, wall: int, before: tuple[int, float]) -> Sample:
    passed = (wall - before[0]) / MICROSECONDS
    return Sample(
        time=wall,
        rss=used.rss,
        cpu=round(max(0.0, used.cpu - before[1]) / passed * 100, 1),
        threads=used.threads,
        files=used.files,
        processes=used.processes,
        pid=pid,
    )
