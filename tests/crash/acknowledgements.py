"""What a child was told had succeeded: a file outside the store, one line before and one after each call.

A line is what happened, to which call or sync, and when, by the clock that does not jump.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.crash.calls import LATEST_WINS, Token, subject, token_of, verb

STARTED, ACKNOWLEDGED = "S", "A"
SYNCING, SYNCED = "Z", "Y"
"""A sync begins, and is through; its number stands in the place of a token."""


class Acknowledgements:
    """The writing end. A line is one write(2) on an append-only descriptor: SIGKILL cannot take it back."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def around(self, token: Token, call: Callable[[], object]) -> None:
        """Make `call` between the two lines of `token`."""
        self.write(STARTED, token)
        call()
        self.write(ACKNOWLEDGED, token)

    def write(self, what: str, token: Token | int) -> None:
        os.write(self._descriptor, f"{what} {token} {time.monotonic():.6f}\n".encode())


class Said(NamedTuple):
    """The reading end: tokens that were started, and those of them that were acknowledged."""

    started: frozenset[str]
    acknowledged: frozenset[str]

    @property
    def open(self) -> frozenset[str]:
        """Calls that never returned."""
        return self.started - self.acknowledged

    def after(self, round: int) -> Said:
        """What was said in later rounds than `round`."""
        late = [frozenset(t for t in tokens if token_of(t).round > round) for tokens in self]
        return Said(*late)

    def last_of_each_subject(self) -> dict[str, tuple[str, frozenset[str]]]:
        """For each subject of the state: its last acknowledged call, and later ones that may have come through."""
        told: dict[str, tuple[str, frozenset[str]]] = {}
        for token in sorted(token for token in map(token_of, self.acknowledged) if stateful(token)):
            told[subject(token)] = str(token), frozenset()
        for token in (token for token in map(token_of, self.open) if stateful(token)):
            last, later = told.get(subject(token), ("", frozenset()))
            told[subject(token)] = last, later | {str(token)}
        return told


def stateful(token: Token) -> bool:
    """Whether the state keeps what the call said."""
    return verb(token).kinds[0] in LATEST_WINS


def read(path: Path, until: int | None = None) -> Said:
    """Everything said so far, or in the first `until` bytes. A line is whole or not there."""
    lines = _lines(path, until)
    told = {what: frozenset(token for said, token, *_ in lines if said == what) for what in (STARTED, ACKNOWLEDGED)}
    return Said(told[STARTED], told[ACKNOWLEDGED])


def synced(path: Path) -> frozenset[str]:
    """The calls that had returned when a sync began that was through since: no power loss may take them."""
    lines = _lines(path)
    through = {number for said, number, *_ in lines if said == SYNCED}
    begun = [at for at, (said, number, *_) in enumerate(lines) if said == SYNCING and number in through]
    return frozenset(token for said, token, *_ in lines[: max(begun, default=0)] if said == ACKNOWLEDGED)


def moments(path: Path) -> dict[str, float]:
    """When each call returned, in seconds of `time.monotonic()`."""
    return {token: float(when) for said, token, when in _lines(path) if said == ACKNOWLEDGED}


def unsynced_for(path: Path, now: float) -> float:
    """For how many seconds no sync was at work: until the one that is, or until now."""
    lines = [(said, float(when)) for said, _, when in _lines(path)]
    ends = [when for said, when in lines if said == SYNCED] or [when for _, when in lines[:1]]
    begun = [when for said, when in lines if said == SYNCING and when >= ends[-1]] if ends else []
    return min(begun, default=now) - ends[-1] if ends else 0.0


def _lines(path: Path, until: int | None = None) -> list[list[str]]:
    return [line.split() for line in path.read_bytes()[:until].decode("ascii").splitlines()] if path.exists() else []


def kinds(token: str) -> tuple[str, ...]:
    """The events that the call of `token` leaves."""
    return verb(token_of(token)).kinds
