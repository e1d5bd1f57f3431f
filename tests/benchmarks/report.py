"""The figures as docs/benchmarks.md, as a table in the terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from tests.benchmarks.figure import Figure

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
COMMAND = "python -m tests.benchmarks --only"

HEAD = """\
# Benchmarks

Written by `make bench`; not edited by hand. One figure again: `{command} NAME` (names below), `--json` for programs.

## How to read them
- Both sides of a comparison run in turns, A B A B …, in one run: what slows the machine slows both. A ratio is taken
  within each round, and the median over the rounds is the figure. The first round of each side is not counted.
- *Bare SQLite* is what one would write instead: WAL, `synchronous=NORMAL`, `BEGIN IMMEDIATE`, an upsert of the task's
  row and an insert of the event, `COMMIT`, with the same SQLite library, prepared statements, and values that were
  encoded beforehand. The captured call does its own checks and encoding inside the measured time.
- The sidecar runs as a person opens it: draining, syncing and the schedule go on in their threads. Its backlog is
  drained before the next round of either side.
- A round is one burst without a pause, which is the worst case for the drain beside it. It is not the worst case of a
  single call: after a pause the processor comes back with cold caches, and the median call takes longer.
- Interpreters of their own run in an empty folder, with bytecode cached; a `config/jarvis_ctx.yaml` there would
  add PyYAML's import and parsing, some 25 ms.
- *Reach* is what must hold, *aim* what we want to come near. "Not met" is written where it is so.
- Machines are noisy, shared ones most of all: ratios carry over to another machine, microseconds and seconds do not. No
  test asserts a time; this page is the record, and comparing two of its versions is the check.
"""


def page(figures: Mapping[str, list[Figure]], machine: Mapping[str, str], seconds: float) -> str:
    """The whole page; `figures` by the name that `--only` takes."""
    parts = [HEAD.format(command=COMMAND), "## Measured", *table(figures), "", "## How each came about"]
    for name, found in figures.items():
        parts += ["", f"### {name}", f"`{COMMAND} {name}`", ""]
        parts += [f"- {figure.what}: {figure.rounds}. {' '.join(figure.details)}".rstrip() for figure in found]
    parts += ["", "## Where", *(f"- {name}: {value}" for name, value in machine.items())]
    parts += [f"- the whole run took {seconds:.0f} s", ""]
    return "\n".join(parts)


def table(figures: Mapping[str, list[Figure]]) -> list[str]:
    """The figures as the lines of a table, each with the command that showed it."""
    lines = ["| what | measured | reach | aim | verdict | name |", "|---|---|---|---|---|---|"]
    for name, found in figures.items():
        for figure in found:
            unit, targets = figure.unit, (figure.reach, figure.aim)
            sign = "≥" if figure.least else "≤"
            reach, aim = ("–" if target is None else f"{sign} {target:g} {unit}" for target in targets)
            value = "–" if figure.value is None else f"{shown(figure.value)} {unit}"
            lines.append(f"| {figure.what} | {value} | {reach} | {aim} | {figure.verdict} | {name} |")
    return lines


def shown(value: float) -> str:
    """Three digits that count."""
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def as_json(figures: Mapping[str, list[Figure]], machine: Mapping[str, str]) -> str:
    """Everything as one JSON object."""
    named = {
        name: [{**msgspec.to_builtins(figure), "verdict": figure.verdict} for figure in found]
        for name, found in figures.items()
    }
    return msgspec.json.format(msgspec.json.encode({"machine": machine, "figures": named})).decode()
