"""The campaign's table, for the terminal and for docs/reliability.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.campaign import bounds, page
from tests.campaign.control import Control, rounds_until_caught
from tests.campaign.fault import COUNTED, Fault
from tests.campaign.ledger import Header, Ledger, Line, total

COLUMNS = ("fault", "what happens", "what must hold", "rounds", *COUNTED, "also", "not clean", "95 % bound")


def table(faults: Mapping[str, Fault], ledger: Ledger) -> list[str]:
    """A line a fault that was played or cannot be."""
    lines = [f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
    played = [line for line in ledger.rounds() if not line.broken]
    missing = ledger.missing()
    for fault in faults.values():
        rounds = [line for line in played if line.fault == fault.id]
        if rounds or fault.id in missing:
            cells = _counted(fault, rounds) if rounds else [f"not played: {missing[fault.id]}"]
            lines.append(f"| {' | '.join([fault.id, fault.title, fault.promise, *cells])} |")
    return lines


def controls(all_of: Mapping[str, Control], ledger: Ledger) -> list[str]:
    """A line a break that was planted, or cannot be here."""
    lines = ["| control | what is broken | caught by | after rounds | shown by |", "|---|---|---|---|---|"]
    played, missing = ledger.rounds(), ledger.missing()
    for control in all_of.values():
        after = rounds_until_caught(control, played)
        tried = sum((line.broken, line.fault) == (control.broken, control.fault) for line in played)
        if after is None and not tried and control.fault not in missing:
            continue
        cells = [control.fault, str(after)] if after else ["–", f"not caught in {tried}"]
        if not tried:
            cells = ["–", f"not played: {missing[control.fault]}"]
        lines.append(f"| {' | '.join([control.id, control.title, *cells, ', '.join(control.shows)])} |")
    return lines


def _counted(fault: Fault, lines: list[Line]) -> list[str]:
    rounds = [line for line in lines if line.counts]
    tally, failed = total(rounds), sum(not line.clean for line in rounds)
    apart = Counter(line.apart for line in lines if not line.counts)
    also = [f"{count:,} {name}" for name, count in sorted(tally.items()) if name not in COUNTED]
    also += _measured(rounds)
    also += [f"beside these {count:,} rounds {why}" for why, count in sorted(apart.items())]
    counts = [f"{tally[name]:,}" if name in tally or "acknowledged" in tally else "–" for name in COUNTED]
    return [f"{len(rounds):,}", *counts, ", ".join(also), str(failed), _bound(fault, rounds, failed)]


def _bound(fault: Fault, rounds: list[Line], failed: int) -> str:
    """At most so many rounds are not clean, as a share; of fixed cases, how many were repeated how often."""
    if not rounds:
        return "–"
    if not fault.cases:
        return f"{bounds.upper(failed, len(rounds)):.2%}"
    times = Counter((line.number - 1) % fault.cases for line in rounds)
    least, most = min(times.values()), max(times.values())
    return f"{len(times)} cases × {least if least == most else f'{least} to {most}'}"


def _measured(rounds: list[Line]) -> Iterator[str]:
    for name in sorted({name for line in rounds for name in line.measured}):
        values = sorted(line.measured[name] for line in rounds if name in line.measured)
        middle, most, greatest = (values[int(share * (len(values) - 1))] for share in (0.5, 0.99, 1))
        yield f"{name}: {middle:.2f} in the middle, {most:.2f} in 99 of 100 rounds, {greatest:.2f} at most"


def section(faults: Mapping[str, Fault], breaks: Mapping[str, Control], ledger: Ledger, header: Header) -> list[str]:
    """Both tables, and where and how they came about."""
    rounds = [line for line in ledger.rounds() if line.counts]
    spent = sum(line.seconds for line in rounds) / 3600
    command = f"make crash ROUNDS={header.rounds} ARGS='--seed {header.seed}'"
    where = "; ".join(f"{name}: {value}" for name, value in header.machine.items())
    return [
        *table(faults, ledger),
        "",
        *controls(breaks, ledger),
        "",
        f"`{command}` plays the same again. {len(rounds):,} rounds, {spent:.1f} hours of playing, all "
        f"at revision {header.revision or 'unknown'}. {where}.",
    ]


def write(lines: Iterable[str], file: Path = page.PAGE) -> None:
    """Put the section into the page."""
    page.write("campaign", lines, file)
