"""The proof as a whole: on the screen, and as JSON."""

from __future__ import annotations

from dataclasses import asdict

from . import recoveries
from .claims import Claim, judge
from .evidence import Evidence, Json
from .screen import Screen


class Verdict:
    """What the evidence says to every claim."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence, self._record = evidence, evidence.record
        self.claims: list[Claim] = judge(evidence)
        self.recoveries = recoveries.of(evidence)
        self.name = evidence.place.name

    @property
    def failed(self) -> list[str]:
        """Names of the claims that do not hold."""
        return [claim.name for claim in self.claims if not claim.holds]

    def show(self, screen: Screen, *, named: bool = False) -> None:
        """The recoveries, the claims, and how long it all took."""
        screen.say()
        if named:
            screen.say(f"{self.name}:", "bold")
        for recovery in self.recoveries:
            screen.say(f"Recovery {recovery.life - 1}: {recovery.sentence}")
        screen.say()
        for claim in self.claims:
            screen.claim(claim)
        if not named:
            screen.say()
        undisturbed, killed = self._seconds()
        screen.say(f"Undisturbed it took {undisturbed:.1f} s, with {len(self.recoveries)} recoveries {killed:.1f} s.")
        if self.failed:
            screen.say(f"NOT PROVEN: {', '.join(self.failed)}{f' of {self.name}' if named else ''}", "bold red")

    def to_json(self) -> Json:
        """As plain data; times in seconds."""
        undisturbed, killed = self._seconds()
        return {
            "holds": not self.failed,
            "failed": self.failed,
            "claims": [
                {"name": c.name, "holds": c.holds, "sentence": c.sentence, "wrong": c.wrong} for c in self.claims
            ],
            "recoveries": [asdict(recovery) | {"sentence": recovery.sentence} for recovery in self.recoveries],
            "lives": [asdict(life) for life in self._record.lives],
            "seconds": {"undisturbed": round(undisturbed, 3), "killed": round(killed, 3)},
            "seed": self._record.seed,
            "command": self._record.command,
            "folder": str(self._evidence.place.folder),
        }

    def _seconds(self) -> tuple[float, float]:
        return self._record.undisturbed.seconds, sum(life.seconds for life in self._record.lives)
