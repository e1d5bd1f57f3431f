"""What the workers have noted since somebody looked last."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any

from tests.soak.sample import Latency


class Reader:
    """Reads on from where it stopped; a line is whole or waits for its end."""

    def __init__(self, path: Path) -> None:
        self._path, self._seen, self.calls = path, 0, 0

    def look(self) -> tuple[Latency | None, list[dict[str, Any]]]:
        """The latency of the windows that are new, if any, and the other notes."""
        notes = [json.loads(line) for line in self._lines()]
        windows = [note for note in notes if "calls" in note]
        others = [note for note in notes if "calls" not in note]
        if not windows:
            return None, others
        calls = sum(window["calls"] for window in windows)
        self.calls += calls
        middle, worst = median(each["median"] for each in windows), max(each["worst"] for each in windows)
        return Latency(calls=calls, median=middle, worst=worst), others

    def _lines(self) -> list[bytes]:
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._seen)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._seen += len(whole)
        return whole.splitlines()
