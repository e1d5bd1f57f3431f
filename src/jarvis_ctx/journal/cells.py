"""Shared memory in a file: a row of 64-bit numbers, mapped where that is safe, read and written otherwise."""

from __future__ import annotations

import mmap
import os
import struct
from pathlib import Path
from typing import Protocol

SAFE_TO_MAP = frozenset({"ext4", "ext3", "xfs", "tmpfs"})
_CELL = struct.Struct("<Q")


def safe_to_map(path: Path) -> bool:
    """Whether `path` lies on a file system where a mapping is as durable as a write and does not vanish under us."""
    try:
        device = os.stat(path).st_dev
        text = Path("/proc/self/mountinfo").read_text(encoding="utf-8")
    except OSError:
        return False
    wanted = f"{os.major(device)}:{os.minor(device)}"
    kinds = [line.split(" - ")[1].split()[0] for line in text.splitlines() if line.split()[2] == wanted]
    return bool(kinds) and kinds[-1] in SAFE_TO_MAP


class Cells(Protocol):
    """Numbers of eight bytes by index; one written is seen by every other process at once."""

    def __getitem__(self, index: int, /) -> int: ...

    def __setitem__(self, index: int, value: int, /) -> None: ...


class WrittenCells:
    """Cells through system calls, for file systems where a mapping is not safe."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __getitem__(self, index: int, /) -> int:
        return int(_CELL.unpack(os.pread(self._descriptor, 8, index * 8))[0])

    def __setitem__(self, index: int, value: int, /) -> None:
        os.pwrite(self._descriptor, _CELL.pack(value), index * 8)


class MappedCells:
    """Cells in a shared mapping; no system call. The view is native-endian, so only for little-endian machines."""

    def __init__(self, descriptor: int, length: int) -> None:
        self._map = mmap.mmap(descriptor, length)
        self._view = memoryview(self._map).cast("Q")

    def view(self) -> memoryview:
        """The cells themselves, which cost least to index."""
        return self._view

    def close(self) -> None:
        self._view.release()
        self._map.close()
