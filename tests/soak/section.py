"""What a soak says, for the terminal and for docs/reliability.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from tests.soak.judge import Trend

COLUMNS = ("what", "first third", "last third", "an hour adds", "most", "limit", "")


class Soaked(msgspec.Struct, frozen=True, kw_only=True):
    """What was done, and what went wrong besides the trends."""

    minutes: float
    before: int
    seed: int
    deaths: int
    cycles: int
    calls: int
    answers: int
    wrong: Sequence[str]
    machine: Mapping[str, str]


def section(soaked: Soaked, trends: list[Trend]) -> Iterator[str]:
    """The table and how it came about, line by line."""
    yield (
        f"{soaked.minutes:.0f} minutes of the demo's work: one orchestrator under `jarvis-ctx run`, killed with "
        f"SIGKILL {soaked.deaths} times, 5 to 40 s after a start, beside one in the same store that is left alone, and "
        f"a visitor of the API. Each did {soaked.before} reviews before it, in lives that ended well: until a state "
        f"has the 100 runs and the 100 attempts of a task that it keeps, its readers are meant to grow. "
        f"{soaked.cycles} reviews were finished, each with every file published exactly once and the same report; "
        f"{soaked.calls:,} captured calls were timed, {soaked.answers:,} requests answered."
    )
    yield ""
    yield from (f"- **Not right:** {wrong}" for wrong in soaked.wrong)
    yield from (f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}")
    yield from (f"| {' | '.join(_row(trend))} |" for trend in trends)
    yield ""
    yield (
        "Thirds are medians, without the first two minutes; what an hour adds is Theil and Sen's slope. Memory is "
        "anonymous memory. A store grows with what it keeps, for `retention_days`, so its files are held against the "
        "calls. "
        f"`make soak ARGS='--minutes {soaked.minutes:.0f} --before {soaked.before} --seed {soaked.seed}'`. "
        + "; ".join(f"{name}: {value}" for name, value in soaked.machine.items())
        + "."
    )


def _row(trend: Trend) -> list[str]:
    figures = [f"{value:,.2f}" if abs(value) < 10 else f"{value:,.0f}" for value in (trend.first, trend.last)]
    unit = f" {trend.unit}" if trend.unit else ""
    return [
        trend.what,
        *(figure + unit for figure in figures),
        f"{trend.slope:+,.2f}{unit}",
        f"{trend.most:,.2f}{unit}" if trend.most < 10 else f"{trend.most:,.0f}{unit}",
        str(trend.limit),
        "kept" if trend.holds else "**not kept**",
    ]
