"""What a child was told had succeeded: a file outside the store, one line before and one after each call."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.crash.calls import LATEST_WINS, Token, subject, token_of, verb

STARTED, ACKNOWLEDGED = "S", "A"


class Acknowledgements:
    """The writing end. A line is one write(2) on an append-only descriptor: SIGKILL cannot take it back."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def around(self, token: Token, call: Callable[[], object]) -> None:
        """Make `call` between the two lines of `token`."""
        self.write(STARTED, token)
        call()
        self.write(ACKNOWLEDGED, token)

    def write(self, what: str, token: Token) -> None:
        os.write(self._descriptor, f"{what} {token}\n".encode())


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


def read(path: Path) -> Said:
    """Everything said so far. A line is whole or not there."""
    lines = [line.split() for line in path.read_text("ascii").splitlines()] if path.exists() else []
    told = {what: frozenset(token for said, token in lines if said == what) for what in (STARTED, ACKNOWLEDGED)}
    return Said(told[STARTED], told[ACKNOWLEDGED])


def kinds(token: str) -> tuple[str, ...]:
    """The events that the call of `token` leaves."""
    return verb(token_of(token)).kinds
