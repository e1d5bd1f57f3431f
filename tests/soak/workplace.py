"""Where a worker keeps its files, and what it notes there of its calls."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WINDOW = 100
"""Captured calls that one note speaks of."""


class Place:
    """The files of one worker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes, self.through = folder / "notes.jsonl", folder / "through"

    @property
    def cycle(self) -> int:
        """The cycle that is at work, from 1."""
        return 1 + len(list(self.folder.glob("ended-*")))

    def effects(self, cycle: int) -> Path:
        return self.folder / f"published-{cycle}.jsonl"

    def report(self, cycle: int) -> Path:
        return self.folder / f"report-{cycle}.md"

    def end(self, cycle: int) -> None:
        """From now on the next cycle is at work."""
        (self.folder / f"ended-{cycle}").touch()


class Notes:
    """One JSON line a window of calls, and one when a life is at work; each is one write."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._taken: list[float] = []

    def close(self) -> None:
        os.close(self._descriptor)

    def write(self, **note: object) -> None:
        os.write(self._descriptor, json.dumps(note).encode() + b"\n")

    def around(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """`method`, measured from outside the capture."""

        def measured(*arguments: Any) -> Any:
            began = time.perf_counter()
            result = method(*arguments)
            self._took(time.perf_counter() - began)
            return result

        return measured

    def _took(self, seconds: float) -> None:
        self._taken.append(seconds)
        if len(self._taken) >= WINDOW:
            taken, self._taken = sorted(self._taken), []
            self.write(calls=len(taken), median=taken[len(taken) // 2], worst=taken[-1])
