"""`make soak`: an hour of deaths, a JSON line every 5 s, and what became of it in docs/reliability.md.

Options: see --help. Exit code: 0 nothing grew and nothing was wrong; 1 something did; 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.benchmarks import machine
from tests.campaign import page
from tests.soak.hour import Soak
from tests.soak.judge import judge
from tests.soak.sample import Sample
from tests.soak.section import Soaked, section

RECORD = "soak.jsonl"


def main(given: list[str]) -> int:
    """Soak, judge, and say it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # A shell's background job ignores it.
    options = _parser().parse_args(given)
    folder = options.keep or Path(tempfile.mkdtemp(prefix="jarvis-soak-"))
    folder.mkdir(parents=True, exist_ok=True)
    seed = random.randrange(10_000) if options.seed is None else options.seed
    print(f"--minutes {options.minutes:g} --seed {seed}; {folder / RECORD}", file=sys.stderr)
    soak, samples = Soak(folder, seed), list[Sample]()
    try:
        with _bar() as bar:
            ageing = bar.add_task("reviews before", total=options.before)
            soak.age(options.before, lambda done: bar.update(ageing, completed=done))
            with _recording(folder / RECORD, options.minutes * 60, samples, bar) as record:
                soak.run(options.minutes * 60, record)
    except KeyboardInterrupt:
        return 130
    trends = judge(samples)
    soaked = Soaked(
        minutes=options.minutes,
        before=options.before,
        seed=seed,
        deaths=soak.deaths,
        cycles=sum(cycles.ended for cycles in soak.cycles.values()),
        calls=samples[-1].calls if samples else 0,
        answers=soak.answers,
        wrong=[*soak.wrong, *soak.verified()],
        machine=machine.facts(folder),
    )
    lines = list(section(soaked, trends))
    print("\n".join(lines))
    if options.page:
        page.write("soak", lines)
    return 1 if soaked.wrong or not all(trend.holds for trend in trends) else 0


def _bar() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)


@contextmanager
def _recording(path: Path, seconds: float, kept: list[Sample], bar: Progress) -> Iterator[Callable[[Sample], None]]:
    """Takes samples, into the file, onto the screen, and into `kept`."""
    with path.open("ab", buffering=0) as file:
        task = bar.add_task("", total=seconds)

        def record(sample: Sample) -> None:
            kept.append(sample)
            file.write(msgspec.json.encode(sample) + b"\n")
            told = f"{sample.deaths} deaths, {sample.cycles} reviews"
            bar.update(task, completed=sample.at, description=told)

        yield record


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="how long (default: %(default)g)")
    told = "how many reviews each worker does first, unkilled, so that the store is full (default: %(default)d)"
    parser.add_argument("--before", type=int, default=100, metavar="N", help=told)
    parser.add_argument("--seed", type=int, metavar="N", help="repeat the moments of an earlier soak")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="work in this new folder (default: a temporary one)")
    parser.add_argument("--page", action="store_true", help="write docs/reliability.md")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
