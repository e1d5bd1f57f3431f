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


class Meter:
    """One command's use of the machine, measured at each look."""

    def __init__(self, folder: Path, name: str) -> None:
        self._ring = Ring(resources.path_of(folder, name))
        self._measured: deque[tuple[int, int]] = deque(maxlen=REMEMBERED)
        self._sampled: tuple[int, float] | None = None

    def begin(self) -> None:
        """Another process is measured."""
        self._measured.clear()
        self._sampled = None

    def look(self, pid: int, wall: int) -> int:
        """Bytes of memory that the session of `pid` holds now (`wall`, µs); keeps a sample when one is due."""
        used = processes.usage([pid, *(other for other in processes.members(pid) if other != pid)])
        self._measured.append((wall, used.rss))
        before = self._sampled
        if before is None or wall - before[0] >= resources.INTERVAL * MICROSECONDS:
            self._sampled = wall, used.cpu
            passed = (wall - before[0]) / MICROSECONDS if before else 0.0
            cpu = max(0.0, used.cpu - before[1]) / passed * 100 if before and passed else 0.0
            self._keep(Sample(time=wall, cpu=round(cpu, 1), pid=pid, **_shared(used)))
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


def _shared(used: processes.Usage) -> dict[str, int]:
    return {"rss": used.rss, "threads": used.threads, "files": used.files, "processes": used.processes}
