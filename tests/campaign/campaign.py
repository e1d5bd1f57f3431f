"""A campaign: the rounds of each fault that were not played before, then the breaks that they must catch."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import msgspec

from tests.campaign.control import Control, rounds_until_caught
from tests.campaign.fault import SCALES, Fault
from tests.campaign.ledger import Ledger, Line, Missing
from tests.campaign.player import Order
from tests.campaign.players import Players
from tests.campaign.telling import Telling, telling


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to play: `rounds` is a scale, or a number for each fault."""

    faults: dict[str, Fault]
    """All there are."""
    chosen: frozenset[str]
    """Those of them to be played."""
    controls: list[Control]
    rounds: str
    seed: str
    folder: Path
    players: int

    def times(self, fault: Fault) -> int:
        """How many rounds of the fault."""
        return fault.rounds[self.rounds] if self.rounds in SCALES else int(self.rounds)

    def order(self, fault: str, number: int, broken: str = "") -> Order:
        """The order to play that round."""
        place = self.folder / f"rounds-{self.seed}" / "-".join((fault, str(number), *broken.split(":")[1:]))
        return Order(fault=fault, number=number, seed=self.seed, folder=str(place), broken=broken)

    def orders(self, played: set[tuple[str, int]], missing: Mapping[str, str]) -> list[Order]:
        """The faults' rounds still to be played, in order."""
        return [
            self.order(fault.id, number)
            for fault in self.faults.values()
            if fault.id in self.chosen and fault.id not in missing
            for number in range(1, self.times(fault) + 1)
            if (fault.id, number) not in played
        ]


def play(plan: Plan, ledger: Ledger) -> bool:
    """Play what is left of it; whether all that was played came out as it should."""
    missing = _missing(plan, ledger)
    sound = [line for line in ledger.rounds() if not line.broken]
    orders = plan.orders({(line.fault, line.number) for line in sound}, missing)
    controls = [control for control in plan.controls if control.fault not in missing]
    with (
        closing(Players(plan.players, plan.folder / "players.log")) as players,
        telling(Counter(order.fault for order in orders), len(controls)) as told,
    ):
        for line in players.play(_limited(plan, orders)):
            ledger.append(line)
            told.heard(line)
        for line in players.play(_limited(plan, _breaking(plan, controls, ledger, told))):
            ledger.append(line)
    played = ledger.rounds()
    caught = [rounds_until_caught(control, played) is not None for control in controls]
    return all(line.clean for line in played if not line.broken) and all(caught)


def _missing(plan: Plan, ledger: Ledger) -> dict[str, str]:
    wanted = plan.chosen | {control.fault for control in plan.controls}
    missing = {fault: why for fault in wanted if (why := plan.faults[fault].missing())}
    for fault, reason in sorted(missing.items()):
        print(f"{fault} cannot be played here: {reason}")
        if fault not in ledger.missing():
            ledger.append(Missing(fault=fault, reason=reason))
    return missing


def _breaking(plan: Plan, controls: list[Control], ledger: Ledger, told: Telling) -> Iterator[Order]:
    """Each control's next round, until one has caught it; a round that is being played meanwhile does no harm."""
    waiting = deque(controls)
    given = Counter({control.id: _last(control, ledger.rounds()) for control in controls})
    while waiting:
        control = waiting.popleft()
        after = rounds_until_caught(control, ledger.rounds())
        if after is None and given[control.id] < control.within:
            given[control.id] += 1
            waiting.append(control)
            yield plan.order(control.fault, given[control.id], control.broken)
        else:
            told.judged(control, after)


def _last(control: Control, played: list[Line]) -> int:
    mine = (line.number for line in played if (line.broken, line.fault) == (control.broken, control.fault))
    return max(mine, default=0)


def _limited(plan: Plan, orders: Iterable[Order]) -> Iterator[tuple[Order, float]]:
    """Each with the seconds it may take."""
    for order in orders:
        yield order, plan.faults[order.fault].limit
