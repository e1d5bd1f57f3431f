"""Shared memory in a file: a row of 64-bit numbers, mapped where that is safe, read and written otherwise."""

from __future__ import annotations

import mmap
import os
import struct
from typing import Protocol

_CELL = struct.Struct("<Q")


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
