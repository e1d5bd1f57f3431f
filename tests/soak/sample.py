"""One look at the processes and the folder: what a line of the soak's record says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import psutil

KINDS = {
    "segments": "journal/*.seg",
    "archives": "journal/archive/*",
    "values": "journal/values/*",
    "checkpoints": "checkpoints/*",
    "reports": "recovery_report_*",
    "database": "jarvis_context.db*",
}
"""The files of a store, by what they are for; all others count as `others`."""


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """What one process holds: anonymous memory and all resident memory in bytes, and for how long it lives."""

    pid: int
    age: float
    anonymous: int
    resident: int
    descriptors: int
    threads: int


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """How many files of one kind there are, and their bytes."""

    count: int
    size: int


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """The captured calls since the sample before: how many, the median and the worst, in seconds."""

    calls: int
    median: float
    worst: float


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """How long a process took to be at work: seconds, and seconds of a processor."""

    seconds: float
    processor: float


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """`at` seconds after the beginning. What could not be seen just then is not in `processes` or `latency`."""

    at: float
    deaths: int
    cycles: int
    calls: int
    """Captured calls of all workers so far, as far as they were measured."""
    processes: dict[str, Process]
    latency: dict[str, Latency]
    starts: list[Start]
    """Of the killed worker, since the sample before."""
    files: dict[str, Files]


def process(found: psutil.Process, now: float) -> Process | None:
    """What the process holds at `now`, as time.time() says it; None when it has just ended."""
    try:
        with found.oneshot():
            return Process(
                pid=found.pid,
                age=now - found.create_time(),
                anonymous=_anonymous(found.pid),
                resident=found.memory_info().rss,
                descriptors=found.num_fds(),
                threads=found.num_threads(),
            )
    except (psutil.Error, OSError):
        return None


def _anonymous(pid: int) -> int:
    """Memory of its own alone: mapped files, such as the journal's segments, belong to the system's cache."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)


def files(store: Path) -> dict[str, Files]:
    """The store's files, by kind."""
    counts: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for path in store.rglob("*"):
        kind = next((kind for kind, pattern in KINDS.items() if path.relative_to(store).match(pattern)), "others")
        try:
            if path.is_file():
                sizes[kind] += path.stat().st_size
                counts[kind] += 1
        except FileNotFoundError:
            continue  # It has gone since it was listed.
    return {kind: Files(count=counts[kind], size=sizes[kind]) for kind in (*KINDS, "others")}
