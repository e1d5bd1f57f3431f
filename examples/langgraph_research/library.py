"""The outside world: papers that cost money, and a ledger in which each order and publication is a line."""

from __future__ import annotations

from typing import NamedTuple

from examples.ledger import Ledger


class Paper(NamedTuple):
    """What it says, and which papers it cites."""

    says: str
    cites: tuple[str, ...] = ()


PAPERS = {
    "Leaves": Paper("green and black tea are the same leaf", ("Oxygen",)),
    "Oxygen": Paper("a leaf that is rolled browns in the air"),
    "Water": Paper("boiling water takes the bitter out of the leaf, too", ("Minutes", "Leaves")),
    "Minutes": Paper("what is sweet dissolves first"),
    "Cups": Paper("a thick cup stays warm for longer", ("Water",)),
    "Milk": Paper("milk binds what tastes harsh"),
}
QUESTIONS = {
    "why is green tea green": ("Leaves",),
    "why does it turn bitter": ("Water", "Milk"),
    "which cup is best": ("Cups",),
}
"""What each question is researched from first."""


class Library(Ledger):
    """Orders papers and publishes reports; none of it can be taken back, and doing it twice makes two lines."""

    def order(self, question: str, paper: str) -> str:
        """Pay for a paper; what it says."""
        self.enter(f"{question}: ordered {paper}")
        return PAPERS[paper].says

    def find_order(self, key: str, question: str, paper: str) -> str | None:
        """What a paper says that was ordered before a kill; None where it was not."""
        return PAPERS[paper].says if f"{question}: ordered {paper}" in self.lines() else None

    def publish(self, question: str, report: str) -> int:
        """Tell the world; how many characters."""
        self.enter(f"{question}: published {report}")
        return len(report)

    def find_publication(self, key: str, question: str, report: str) -> int | None:
        """As `find_order`."""
        return len(report) if f"{question}: published {report}" in self.lines() else None
