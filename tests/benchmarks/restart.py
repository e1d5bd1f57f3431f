"""From the death of a supervised orchestrator to the next one, which has recovered and runs: the demo's review."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.children import environment, line, seconds_to_line
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.rounds import difference, interleaved, p50, typical

WORK = 1.0
"""Seconds that each life works before it is killed."""
RUN = "from jarvis_ctx.cli import main; main()"
IMPORTS = """
import examples.code_review.attached
from jarvis_ctx import JarvisContextManager
print("imported", flush=True)
"""
REVIEW = """
import os, sys, time
from examples.code_review import attached
from examples.code_review.orchestrator import CodeReview
plan = CodeReview.plan
def planned(self):
    # Its agents are registered by now, by calls that were captured: so it is recovered, and runs.
    print(os.getpid(), time.monotonic_ns(), flush=True)
    return plan(self)
CodeReview.plan = planned
sys.exit(attached.main(sys.argv[1:]))
"""


def measure(effort: Effort) -> list[Figure]:
    """The median over the deaths, less what the imports alone take in the same round."""
    rounds = max(1, effort.starts // 2)
    with TemporaryDirectory(prefix="jarvis-bench-") as folder, _supervised(Path(folder)) as supervisor:
        life = [_life(supervisor)[0]]

        def restarted() -> list[float]:
            time.sleep(WORK)
            died = time.monotonic_ns()
            os.kill(life.pop(), signal.SIGKILL)
            pid, runs = _life(supervisor)
            life.append(pid)
            return [(runs - died) / 1e9]

        sides = {"restarted": restarted, "imports": lambda: [seconds_to_line(IMPORTS)[0]]}
        measured = interleaved(sides, rounds)
    whole, imports = (typical(measured[side], p50) for side in ("restarted", "imports"))
    return [
        Figure(
            what="supervised restart, death to the child recovered and running, over the child's own imports",
            value=difference(measured["restarted"], measured["imports"], p50),
            unit="s",
            reach=1,
            rounds=f"{rounds} deaths by SIGKILL, each after {WORK:g} s of the demo's review",
            details=[
                f"{whole:.2f} s, of which the interpreter and the imports take {imports:.2f} s, and 0.05 to 0.1 s are "
                "the pause before a first restart."
            ],
        )
    ]


@contextmanager
def _supervised(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """`jarvis-ctx run` with the review, which works slowly enough to be killed many times."""
    options = ["--path", str(folder / "store"), "--max-restarts", "1000", "--within", "0.1"]
    command = [sys.executable, "-c", RUN, "run", *options, "--", sys.executable, "-c", REVIEW]
    told = ["--pace", "0.3", "--threads", "24"]
    with subprocess.Popen(
        [*command, *told], cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as supervisor:
        try:
            yield supervisor
        finally:
            supervisor.terminate()


def _life(supervisor: subprocess.Popen[str]) -> tuple[int, int]:
    """The next life that runs: its process, and since when, in nanoseconds of the monotonic clock."""
    pid, runs = line(supervisor).split()
    return int(pid), int(runs)
