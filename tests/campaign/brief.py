"""A campaign in a few lines, for whoever has five minutes: the faults by what they harm."""

from __future__ import annotations

from collections.abc import Mapping

from tests.campaign import bounds
from tests.campaign.control import Control, rounds_until_caught
from tests.campaign.fault import Fault
from tests.campaign.ledger import Ledger, Line, total

AREAS = {
    "the process dies, hangs or is overtaken": range(1, 13),
    "the power goes, the disk lies": range(13, 18),
    "the disk fails or is full, memory or handles are short": range(18, 23),
    "files are damaged, gone or older": range(23, 29),
    "many at once, any order, older releases": range(29, 36),
    "hostile values, pickles and requests": range(36, 45),
    "carrying on without doing anything twice": range(45, 50),
}
"""What a fault's number stands for, F25.1's as F25's."""
COLUMNS = (
    "when",
    "faults",
    "rounds",
    "calls acknowledged",
    "lost against the promise",
    "lost as documented",
    "not clean",
    "95 % bound",
    "breaks caught",
)


def table(faults: Mapping[str, Fault], breaks: Mapping[str, Control], ledger: Ledger) -> list[str]:
    """A line an area of which anything was played.

    What is lost in a round that is clean is lost as documented. The bound is of the rounds that are drawn, not of those
    that repeat fixed cases.
    """
    lines = [f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
    played = ledger.rounds()
    sound = [line for line in played if not line.broken and line.counts]
    for area, numbers in AREAS.items():
        mine = {id: fault for id, fault in faults.items() if _number(id) in numbers}
        rounds = [line for line in sound if line.fault in mine]
        planted = [control for control in breaks.values() if control.fault in mine and _tried(control, played)]
        if rounds:
            caught = sum(rounds_until_caught(control, played) is not None for control in planted)
            cells = [*_counted(mine, rounds), f"{caught} of {len(planted)}"]
            lines.append(f"| {' | '.join([area, *cells])} |")
    return lines


def _counted(faults: Mapping[str, Fault], rounds: list[Line]) -> list[str]:
    unclean = [line for line in rounds if not line.clean]
    against, documented = _lost(unclean), _lost([line for line in rounds if line.clean])
    drawn = [line for line in rounds if not faults[line.fault].cases]
    bound = bounds.upper(sum(not line.clean for line in drawn), len(drawn))
    counts = (len({line.fault for line in rounds}), len(rounds), total(rounds)["acknowledged"], against, documented)
    return [*(f"{count:,}" for count in counts), str(len(unclean)), f"{bound:.2%}" if drawn else "–"]


def _lost(rounds: list[Line]) -> int:
    return sum(count for name, count in total(rounds).items() if name == "lost" or name.startswith("calls lost"))


def _tried(control: Control, played: list[Line]) -> bool:
    return any((line.broken, line.fault) == (control.broken, control.fault) for line in played)


def _number(id: str) -> int:
    return int(id.removeprefix("F").partition(".")[0])
