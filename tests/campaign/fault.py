"""A fault that the campaign plays, one round of it, and what the round found."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import msgspec

Scale = Literal["small", "full", "release"]
SCALES: tuple[Scale, ...] = get_args(Scale)
Tally: TypeAlias = Counter[str]
COUNTED = ("acknowledged", "lost", "invented", "duplicated", "disordered", "changed", "extra")
"""What every fault that makes calls counts; `extra` are calls that are there and were not acknowledged."""


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One play of a fault: what it draws depends on the seed, the fault and the number alone."""

    fault: str
    number: int
    seed: str
    folder: Path
    """Its own, and empty."""
    random: random.Random


class Finding(msgspec.Struct, kw_only=True):
    """What a round found; it is clean when nothing is `wrong`."""

    tally: Tally = msgspec.field(default_factory=Counter)
    measured: dict[str, float] = {}
    """Figures of which the middle, the 99th of a hundred and the greatest of all rounds are shown."""
    wrong: list[str] = []
    """A sentence each."""
    noted: dict[str, Any] = {}
    """What else is worth keeping."""
    apart: str = ""
    """Why the round shows nothing, if so, as in "not played: …": it is then told of, and counted nowhere else."""


def everywhere() -> str | None:
    """Nothing is missing."""
    return None


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What may happen to a program, its files or its machine, and what must hold then."""

    id: str
    title: str
    promise: str
    rounds: dict[Scale, int]
    play: Callable[[Round], Finding]
    cases: int = 0
    """How many fixed cases it repeats, each in its turn; 0 where each round draws its own."""
    missing: Callable[[], str | None] = everywhere
    """Why it cannot be played on this machine, if it cannot."""
    limit: float = 180.0
    """Seconds after which a round counts as hanging."""
    inside: bool = False
    """Whether a round runs our code in the player itself, so that a break has to be planted there."""


def begin(fault: str, number: int, seed: str, folder: Path) -> Round:
    """The round of that number."""
    drawn = random.Random(f"{seed}:{fault}:{number}")
    return Round(fault=fault, number=number, seed=seed, folder=folder, random=drawn)
