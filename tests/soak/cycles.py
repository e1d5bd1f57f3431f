"""Whether each cycle that has ended did what an undisturbed one does; uses nothing of jarvis-ctx."""

from __future__ import annotations

import hashlib
from collections import Counter

from examples.code_review.effects import published
from tests.soak.workplace import Place


class Cycles:
    """The cycles of one worker, all about the same files; what one that was right has left is removed."""

    def __init__(self, place: Place) -> None:
        self._place, self._published, self._reports = place, set[str](), set[str]()
        self.ended = 0
        self.wrong: list[str] = []

    def look(self) -> None:
        """Judge what has ended since the last look."""
        while self.ended + 1 < self._place.cycle:
            self.ended += 1
            wrong = self._judge(self.ended)
            self.wrong += [f"{self._place.folder.name}, cycle {self.ended}: {sentence}" for sentence in wrong]
            if not wrong:
                self._place.effects(self.ended).unlink()
                self._place.report(self.ended).unlink()

    def _judge(self, cycle: int) -> list[str]:
        times = Counter(str(review["id"]) for review in published(str(self._place.effects(cycle))))
        self._published |= set(times)
        wrong = [f"{id} was published {times[id]} times" for id in self._published if times[id] != 1]
        report = self._place.report(cycle).read_bytes()
        self._reports.add(hashlib.sha256(report).hexdigest())
        if len(self._reports) > 1:
            wrong.append("its report differs from those before")
        return wrong
