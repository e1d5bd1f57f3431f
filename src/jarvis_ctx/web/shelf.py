"""Answers that were made already, for as long as they may be given again; bounded in number and bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict

import msgspec

FRESH = 0.5
"""Seconds that an answer is given again while no event was added: beats, ages and lag may be as old as that."""
EASE = 4
"""An answer that is dear is given again for so many times what it took to make, whatever is added meanwhile: asking
spends a fifth of a processor at most, and leaves the rest to the orchestrator."""
CHEAP = 0.005
"""Seconds of processor time below which an answer is always of the last event."""
KEPT = 256
LARGEST, ROOM = 1_048_576, 16_777_216
"""Bytes of one answer, and of all."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer's bytes and ETag, the version of the state it is of, when it was made and what that took (seconds)."""

    body: bytes
    etag: str
    version: str
    made: float
    cost: float
    timeless: bool = False
    """Nothing in it changes but by events."""

    def holds(self, version: str, now: float, settled: float, *, exact: bool) -> bool:
        """Whether it may be given at `now`, when the state has this version; `exact`: only of that very version."""
        age = now - self.made
        if self.version == version and (self.timeless or age < FRESH):
            return True
        return not exact and age < max(settled, EASE * self.cost if self.cost > CHEAP else 0.0)


class Shelf:
    """Keeps the answers by what was asked; the one that was made longest ago goes first. Safe in any thread."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._making: dict[str, threading.Lock] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> Answer | None:
        """The answer that was kept under `key`."""
        return self._answers.get(key)

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer, unless it is too large."""
        with self._lock:
            self._drop(key)
            if len(answer.body) > LARGEST:
                return
            self._answers[key] = answer
            self._bytes += len(answer.body)
            while len(self._answers) > KEPT or self._bytes > ROOM:
                self._drop(next(iter(self._answers)))

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._answers.clear()
            self._bytes = 0

    def turn(self, key: str) -> threading.Lock:
        """Held by whoever makes the answer for `key`: the others wait for it."""
        with self._lock:
            if len(self._making) > 4 * KEPT:
                self._making = {name: lock for name, lock in self._making.items() if lock.locked()}
            return self._making.setdefault(key, threading.Lock())

    def _drop(self, key: str) -> None:
        gone = self._answers.pop(key, None)
        if gone is not None:
            self._bytes -= len(gone.body)
