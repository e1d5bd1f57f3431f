"""The ledger of a campaign: a JSON line a round, appended when it is through, from which a campaign goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

NAME = "campaign.jsonl"


class Header(msgspec.Struct, frozen=True, kw_only=True, tag="campaign"):
    """The first line: what is to be played."""

    seed: str
    rounds: str
    machine: dict[str, str]
    revision: str = ""
    """Of the code that plays; see `revision`."""


class Line(msgspec.Struct, frozen=True, kw_only=True, tag="round"):
    """A round that was played; `broken` names the break that was planted in it."""

    fault: str
    number: int
    clean: bool
    seconds: float
    tally: dict[str, int] = {}
    measured: dict[str, float] = {}
    wrong: list[str] = []
    noted: dict[str, Any] = {}
    apart: str = ""
    """Why it is not among the rounds that count, if it is not; see `Finding`."""
    broken: str = ""

    @property
    def counts(self) -> bool:
        """Whether it shows something; one in which something is wrong always does."""
        return not (self.apart and self.clean)


class Missing(msgspec.Struct, frozen=True, kw_only=True, tag="missing"):
    """A fault that this machine cannot play."""

    fault: str
    reason: str


class Ledger:
    """The file in the campaign's folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME

    def begin(self, header: Header) -> None:
        """Begin anew; what an earlier campaign has written is kept under its seed."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if (old := self.header()) is not None:
            self.path.rename(self.path.with_stem(f"campaign-{old.seed}"))
        self.append(header)

    def append(self, line: Header | Line | Missing) -> None:
        """Add a line, whole or not at all."""
        with self.path.open("ab", buffering=0) as file:
            file.write(msgspec.json.encode(line) + b"\n")

    def header(self) -> Header | None:
        """What is being played here, if anything."""
        return next((line for line in self._lines() if isinstance(line, Header)), None)

    def rounds(self) -> list[Line]:
        """The rounds played so far."""
        return [line for line in self._lines() if isinstance(line, Line)]

    def missing(self) -> dict[str, str]:
        """Why a fault cannot be played, by its id."""
        return {line.fault: line.reason for line in self._lines() if isinstance(line, Missing)}

    def _lines(self) -> Iterable[Header | Line | Missing]:
        if not self.path.exists():
            return
        for line in self.path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):  # The last one may be cut off.
                yield msgspec.json.decode(line, type=Header | Line | Missing)


def total(lines: Iterable[Line]) -> Counter[str]:
    """The tallies of all of them, added up."""
    return sum((Counter(line.tally) for line in lines), Counter())
