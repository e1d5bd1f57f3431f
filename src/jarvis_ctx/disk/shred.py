"""What a file held is overwritten when the file is replaced or removed, as far as its file system lets us."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BLOCK = 1_048_576


@contextmanager
def shredding(path: Path) -> Iterator[None]:
    """Overwrite with zeros what `path` holds now, once the work inside has replaced or removed it.

    Only then, so that a kill in between leaves the old file or the new one. A file system that copies on write, or a
    disk that moves its blocks, may keep the old ones.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        yield
        return
    try:
        yield
        if os.fstat(descriptor).st_nlink == 0:
            _overwrite(descriptor)
    finally:
        os.close(descriptor)


def _overwrite(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    for offset in range(0, size, BLOCK):
        os.pwrite(descriptor, bytes(min(BLOCK, size - offset)), offset)
    os.fsync(descriptor)


def remove(path: Path) -> None:
    """Remove `path` and overwrite what it held."""
    with shredding(path):
        path.unlink()
