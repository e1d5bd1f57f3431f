"""A log file that starts anew when it is full, and of which so many older ones are kept."""

from __future__ import annotations

import os
from pathlib import Path

from jarvis_ctx.disk.files import open_or_create

MOST_BYTES, KEPT = 10_000_000, 5


class Rotated:
    """FILE, and before it FILE.1 to FILE.5. What cannot be written is counted in `lost`, in bytes."""

    def __init__(self, path: Path, most: int = MOST_BYTES, kept: int = KEPT) -> None:
        """Raises `OSError` where the file cannot be made."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._most, self._kept, self.lost = path, most, kept, 0
        self._open()

    def _open(self) -> None:
        self._descriptor = open_or_create(self._path)
        self._size = os.lseek(self._descriptor, 0, os.SEEK_END)

    def write(self, data: bytes) -> None:
        """Append; a full disk never stops whoever is logged."""
        try:
            if self._size >= self._most:
                self._rotate()
            self._size += os.write(self._descriptor, data)
        except OSError:
            self.lost += len(data)

    def _rotate(self) -> None:
        for number in range(self._kept - 1, 0, -1):
            if (older := self._numbered(number)).exists():
                older.rename(self._numbered(number + 1))
        self._path.rename(self._numbered(1))
        self.close()
        self._open()

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)
