"""What each recovery said and how long it took, in one sentence a recovery."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from . import doubts
from .evidence import Evidence, Json


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """The recovery by life `life` from the death of the one before. Seconds from the start of its interpreter until the
    orchestrator was at work, and the recovery's own share in them; None where it did not come to that.
    """

    life: int
    cause: str
    tasks: dict[str, int]
    in_doubt: int
    happened: int
    not_happened: int
    until_running: float | None
    recovering: float

    @property
    def sentence(self) -> str:
        """The report in short, and the time."""
        fates = ", ".join(f"{count} {fate.replace('-', ' ')}" for fate, count in self.tasks.items())
        return f"{self.cause}. Tasks: {fates}. {self._steps}. {self._took}."

    @property
    def _steps(self) -> str:
        if not self.in_doubt:
            return "No step in doubt"
        left = self.in_doubt - self.happened - self.not_happened
        counts = {"had happened": self.happened, "had not": self.not_happened, "left to the next life": left}
        found = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        return f"{self.in_doubt} {'step' if self.in_doubt == 1 else 'steps'} in doubt: {found}"

    @property
    def _took(self) -> str:
        if self.until_running is None:
            return "Never at work"
        return f"At work after {self.until_running:.2f} s, {self.recovering:.2f} s of them recovering"


def of(evidence: Evidence) -> list[Recovery]:
    """All recoveries, in order."""
    settled = doubts.of(evidence)
    lives = zip(evidence.record.lives[1:], evidence.testimonies[1:], evidence.recoveries, strict=False)
    return [
        Recovery(
            life=number,
            cause=report["cause"]["cause"],
            tasks=_fates(report),
            in_doubt=len(report["steps_in_doubt"]),
            happened=sum(doubt.life == number - 1 and doubt.answer is True for doubt in settled),
            not_happened=sum(doubt.life == number - 1 and doubt.answer is False for doubt in settled),
            until_running=None if testimony.running is None else round(testimony.running - life.started, 3),
            recovering=report["seconds"]["total"],
        )
        for number, (life, testimony, report) in enumerate(lives, 2)
    ]


def _fates(report: Json) -> dict[str, int]:
    return dict(Counter(task["fate"] for task in report["tasks"]).most_common())
