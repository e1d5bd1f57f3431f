"""Measures every figure and writes docs/benchmarks.md; `--only NAME` and `--quick` only show what they measure."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from tempfile import gettempdir

from msgspec.structs import replace

from tests.benchmarks import (
    api,
    busy_call,
    captured_call,
    checkpoint,
    claimed_call,
    dashboard,
    day,
    drain,
    fallback,
    graphs,
    imports,
    machine,
    memory,
    million,
    powered_calls,
    report,
    restart,
    start,
    stream,
)
from tests.benchmarks.figure import FULL, QUICK, Figure, Measure

FIGURES: dict[str, Measure] = {
    "captured_call": captured_call.measure,
    "busy_call": busy_call.measure,
    "claimed_call": claimed_call.measure,
    "start": start.measure,
    "memory": memory.measure,
    "imports": imports.measure,
    "powered_calls": powered_calls.measure,
    "drain": drain.measure,
    "checkpoint": checkpoint.measure,
    "stall": checkpoint.measure_stall,
    "million": million.measure,
    "fallback": fallback.measure,
    "day": day.measure,
    "api": api.measure,
    "stream": stream.measure,
    "dashboard": dashboard.measure,
    "restart": restart.measure,
    "langgraph": graphs.measure,
}


def arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=FIGURES, metavar="NAME", help=", ".join(FIGURES))
    parser.add_argument("--quick", action="store_true", help="a few rounds, to see that everything runs")
    parser.add_argument("--events", type=int, default=0, metavar="N", help="let the store of `million` have so many")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser.parse_args(given)


def main(given: list[str]) -> int:
    """Measure what was asked for; the page is written when that is everything, at full length."""
    chosen = arguments(given)
    effort, began = replace(QUICK if chosen.quick else FULL, stored=chosen.events), time.perf_counter()
    figures: dict[str, list[Figure]] = {}
    for name in chosen.only or FIGURES:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        figures[name] = FIGURES[name](effort)
    facts = machine.facts(Path(gettempdir()))
    print(report.as_json(figures, facts) if chosen.json else "\n".join(report.table(figures)))
    if not (chosen.only or chosen.quick or chosen.events):
        report.PAGE.write_text(report.page(figures, facts, time.perf_counter() - began), "utf-8")
        print(f"written: {report.PAGE.relative_to(Path.cwd())}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
