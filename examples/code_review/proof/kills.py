"""When to kill: moments that fall into work, spread over the run, random but repeated by a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

BEGIN, END = 0.06, 0.72
"""The part of the published reviews in which kills fall: later ones could find the work done."""

LONGEST = 0.25
"""Seconds after its review that a kill falls at most."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """So many seconds after so many reviews have been published, counted over all lives."""

    published: int
    delay: float


def moments(files: int, kills: int, seed: int, pace: float) -> list[Moment]:
    """One moment in each of `kills` equal stretches; the delay is within a review's own time, of five paces."""
    chance = random.Random(seed)
    stretch = (END - BEGIN) / max(kills, 1)
    return [
        Moment(
            published=max(1, int(files * (BEGIN + stretch * (index + chance.random())))),
            delay=chance.uniform(0, min(LONGEST, 5 * pace)),
        )
        for index in range(kills)
    ]
