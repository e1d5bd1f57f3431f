"""`resources-<name>.ring`: what a supervised command has used, a sample every ten seconds, for the last day."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import msgspec

from jarvis_ctx.disk.files import open_or_create

INTERVAL = 10.0
"""Seconds between two samples."""
SLOTS = 8640
_SLOT = struct.Struct("<QQdIIII")


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What the command, and all it has started, used together. Time in µs, memory in bytes."""

    time: int
    rss: int
    cpu: float
    """Per cent of one processor since the sample before."""
    threads: int
    files: int
    processes: int
    pid: int
    """The process that was started."""


def path_of(folder: Path, name: str) -> Path:
    """Where the supervisor called `name` keeps them."""
    return folder / f"resources-{name}.ring"


class Ring:
    """The file, opened by its one writer; of at most 345,600 bytes."""

    def __init__(self, path: Path) -> None:
        self._descriptor = open_or_create(path)
        found = _read(self._descriptor)
        self._next = (max((time, place) for time, place, _ in found)[1] + 1) % SLOTS if found else 0

    def add(self, sample: Sample) -> None:
        """Keep a sample; the oldest goes when the ring is full. Raises `OSError`."""
        slot = _SLOT.pack(
            sample.time, sample.rss, sample.cpu, sample.threads, sample.files, sample.processes, sample.pid
        )
        os.pwrite(self._descriptor, slot, self._next * _SLOT.size)
        self._next = (self._next + 1) % SLOTS

    def close(self) -> None:
        os.close(self._descriptor)


def samples(folder: Path, name: str) -> list[Sample]:
    """All samples that are kept, oldest first; none where there is no file."""
    try:
        descriptor = os.open(path_of(folder, name), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return []
    try:
        return [sample for _, _, sample in sorted(_read(descriptor), key=lambda found: found[0])]
    finally:
        os.close(descriptor)


def _read(descriptor: int) -> list[tuple[int, int, Sample]]:
    """Time, place and contents of each slot that is filled."""
    data = os.pread(descriptor, SLOTS * _SLOT.size, 0)
    found = []
    for place, values in enumerate(_SLOT.iter_unpack(data[: len(data) // _SLOT.size * _SLOT.size])):
        if values[0]:
            names = ("time", "rss", "cpu", "threads", "files", "processes", "pid")
            found.append((values[0], place, Sample(**dict(zip(names, values, strict=True)))))
    return found
