"""Shared memory in a file: a row of 64-bit numbers, mapped where that is safe, read and written otherwise."""

from __future__ import annotations

import mmap
import os
import struct
import sys
from array import array
from pathlib import Path
from typing import Protocol

from jarvis_ctx.errors import JournalUnavailable

_CELL = struct.Struct("<Q")


class Cells(Protocol):
    """Numbers of eight bytes by index; one written is seen by every other process at once."""

    def __getitem__(self, index: int, /) -> int: ...

    def __setitem__(self, index: int, value: int, /) -> None: ...


def picture(page: bytes) -> Cells:
    """Cells as they were when the page was read: a look at all of them costs one system call. They cannot be set."""
    if sys.byteorder == "little":
        return memoryview(page).cast("Q")
    swapped = array("Q", page)
    swapped.byteswap()
    return memoryview(swapped).toreadonly()


class WrittenCells:
    """Cells through system calls, for file systems where a mapping is not safe. Each raises `JournalUnavailable`."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor, self._path = descriptor, path

    def __getitem__(self, index: int, /) -> int:
        try:
            return int(_CELL.unpack(os.pread(self._descriptor, 8, index * 8))[0])
        except OSError as error:
            raise self._unavailable(error) from error

    def __setitem__(self, index: int, value: int, /) -> None:
        try:
            os.pwrite(self._descriptor, _CELL.pack(value), index * 8)
        except OSError as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: OSError) -> JournalUnavailable:
        return JournalUnavailable(path=str(self._path), reason=error.strerror or str(error))


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
