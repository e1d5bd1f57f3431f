"""A campaign: the rounds of each fault, those that were not played before, in a few processes side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import msgspec

from tests.campaign.fault import SCALES, Fault
from tests.campaign.ledger import Ledger, Missing
from tests.campaign.player import Order
from tests.campaign.players import Players
from tests.campaign.telling import telling


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to play: `rounds` is a scale, or a number for each fault."""

    faults: dict[str, Fault]
    rounds: str
    seed: str
    folder: Path
    players: int

    def times(self, fault: Fault) -> int:
        """How many rounds of the fault."""
        return fault.rounds[self.rounds] if self.rounds in SCALES else int(self.rounds)

    def orders(self, played: set[tuple[str, int]], missing: Mapping[str, str]) -> list[Order]:
        """The rounds still to be played, in order."""
        return [
            Order(fault=fault.id, number=number, seed=self.seed, folder=str(self._folder(fault.id, number)))
            for fault in self.faults.values()
            if fault.id not in missing
            for number in range(1, self.times(fault) + 1)
            if (fault.id, number) not in played
        ]

    def _folder(self, fault: str, number: int) -> Path:
        return self.folder / f"rounds-{self.seed}" / f"{fault}-{number}"


def play(plan: Plan, ledger: Ledger) -> bool:
    """Play what is left of it; whether all that was played came out as it should."""
    missing = {fault.id: why for fault in plan.faults.values() if (why := fault.missing())}
    for fault, reason in missing.items():
        print(f"{fault} cannot be played here: {reason}")
        if fault not in ledger.missing():
            ledger.append(Missing(fault=fault, reason=reason))
    orders = plan.orders({(line.fault, line.number) for line in ledger.rounds()}, missing)
    _play(plan, ledger, orders)
    return all(line.clean for line in ledger.rounds())


def _play(plan: Plan, ledger: Ledger, orders: list[Order]) -> None:
    waiting = Counter(order.fault for order in orders)
    with (
        closing(Players(plan.players, plan.folder / "players.log")) as players,
        telling(waiting) as told,
    ):
        for line in players.play(_limited(plan, orders)):
            ledger.append(line)
            told.heard(line, expected=line.clean)


def _limited(plan: Plan, orders: list[Order]) -> Iterator[tuple[Order, float]]:
    """Each with the seconds it may take."""
    for order in orders:
        yield order, plan.faults[order.fault].limit
