"""A ledger of what was done outside: each effect is a line, and doing it twice makes two."""

from __future__ import annotations

import os
from pathlib import Path


class Ledger:
    """Nobody can take back what is in it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def lines(self) -> list[str]:
        """All that was done, in order."""
        return self._path.read_text("utf-8").splitlines() if self._path.exists() else []

    def enter(self, line: str) -> None:
        """Do it."""
        # One write: a kill leaves all of the line or nothing.
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, f"{line}\n".encode())
        finally:
            os.close(descriptor)
