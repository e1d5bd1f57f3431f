"""What the kills cost, judged from the notes alone: no library is asked about itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from tests.peers.world import STEPS, outcome

Step = tuple[int, int]
Note = list[Any]
"""[monotonic seconds, what, facts …]; `life` begins what one process noted."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over all lives. Steps that were done twice are counted as often as they were done again."""

    kills: int
    acknowledged: int
    """Steps that the program took for kept, once or oftener."""
    lost: int
    """Done again although an earlier life took them for kept."""
    twice: int
    """Done again, taken for kept or not."""
    seconds_lost: float
    """Seconds of steps that were done again, a kill, in the mean."""
    most_lost: float
    """The same, of the kill that took most."""
    tasks: int
    unfinished: int
    """Tasks that were begun and never came to their end."""
    wrong: int
    """Tasks that came to their end with other results than their steps had."""
    explained: int
    """Deaths of which the next life could say why."""


def judge(notes: Iterable[Note], kills: int) -> Verdict:
    """The verdict on the notes of all lives, of which the first `kills` were killed."""
    lives = Lives()
    for note in notes:
        lives.read(*note)
    seconds = [lives.redone[life] for life in range(1, kills + 1)]
    return Verdict(
        kills=kills,
        acknowledged=len(lives.kept),
        lost=lives.lost,
        twice=lives.twice,
        seconds_lost=sum(seconds) / max(kills, 1),
        most_lost=max(seconds, default=0.0),
        tasks=len(lives.begun),
        unfinished=len(lives.begun - lives.ended),
        wrong=len(lives.wrong),
        explained=lives.explained,
    )


class Lives:
    """Goes through the notes in their order; lives are counted from 1."""

    def __init__(self) -> None:
        self.life = self.lost = self.twice = self.explained = 0
        self.kept: dict[Step, int] = {}
        """The latest life that took the step for kept."""
        self.redone: defaultdict[int, float] = defaultdict(float)
        """Seconds of the work of a life that a later one did again."""
        self.begun: set[int] = set()
        self.ended: set[int] = set()
        self.wrong: set[int] = set()
        self._began: dict[Step, float] = {}
        self._done: dict[Step, tuple[int, float]] = {}
        """The life and the seconds of the step's latest effect."""

    def read(self, at: float, what: str, *facts: Any) -> None:
        match what:
            case "life":
                self.life += 1
            case "died":
                self.explained += "kill -9" in facts[0]
            case "began":
                self.begun.add(facts[0])
                self._began[facts] = at
            case "effect":
                self._effect(facts, at - self._began[facts])
            case "kept":
                self.kept[facts] = self.life
            case "through":
                self._through(*facts)

    def _effect(self, step: Step, seconds: float) -> None:
        if step in self._done:
            life, before = self._done[step]
            self.twice += 1
            self.lost += step in self.kept
            self.redone[life] += before
        self._done[step] = self.life, seconds

    def _through(self, task: int, results: list[str]) -> None:
        self.ended.add(task)
        if results != [outcome(task, step) for step in range(STEPS)]:
            self.wrong.add(task)
