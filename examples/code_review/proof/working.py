"""How many tasks a life is at right now, read on and on from the witness's notes."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path


class Working:
    """The tasks that the life with process id `life`, or a worker of it, has begun and not ended."""

    def __init__(self, notes: Path, life: int) -> None:
        self._notes, self._life, self._read = notes, life, 0
        self._at: set[tuple[int, str]] = set()

    def look(self, dead: Collection[int]) -> int:
        """How many there are now, those of the `dead` workers left out; 0 where nobody takes notes."""
        if not self._notes.exists():
            return 0
        with self._notes.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in filter(None, whole.split(b"\n")):
            self._take(line)
        return sum(pid not in dead for pid, _ in self._at)

    def _take(self, line: bytes) -> None:
        try:
            note = json.loads(line)
        except ValueError:
            return  # Torn by a kill.
        match note:
            case ["life", *_]:
                self._at.clear()
            case ["began", "assign_task", subject]:
                self._at.add((self._life, subject))
            case ["ended", "assign_task", subject]:
                self._at.discard((self._life, subject))
            case ["worker", self._life, pid, "began", "assign_task", subject]:
                self._at.add((pid, subject))
            case ["worker", self._life, pid, "ended", "assign_task", subject]:
                self._at.discard((pid, subject))
