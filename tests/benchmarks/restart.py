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
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.benchmarks.children import environment, line
from tests.benchmarks.figure import Effort, Figure

WORK = 1.0
"""Seconds that each life works before it is killed."""
RUN = "from jarvis_ctx.cli import main; main()"
REVIEW = """
import time
begun = time.monotonic_ns()
import os, sys
from examples.code_review import attached
from examples.code_review.orchestrator import CodeReview
from jarvis_ctx import JarvisContextManager
own, plan, begin = [], CodeReview.plan, JarvisContextManager.__init__
def beginning(self, *args, **settings):
    own.append(time.monotonic_ns() - begun)
    begin(self, *args, **settings)
def planned(self):
    # Its agents are registered by now, by calls that were captured: so it is recovered, and runs.
    print(os.getpid(), time.monotonic_ns(), own[0], flush=True)
    return plan(self)
JarvisContextManager.__init__, CodeReview.plan = beginning, planned
sys.exit(attached.main(sys.argv[1:]))
"""


class Life(NamedTuple):
    """A process, the moment since when it runs, and the time until its sidecar began: imports, and its constructor."""

    pid: int
    runs: int
    own: int


def measure(effort: Effort) -> list[Figure]:
    """The median over the deaths, each less what the child needed before its sidecar began."""
    deaths = max(1, effort.starts // 2)
    wholes, added = list[float](), list[float]()
    with TemporaryDirectory(prefix="jarvis-bench-") as folder, _supervised(Path(folder)) as supervisor:
        life = _life(supervisor)
        for _ in range(deaths):
            time.sleep(WORK)
            died = time.monotonic_ns()
            os.kill(life.pid, signal.SIGKILL)
            life = _life(supervisor)
            wholes.append((life.runs - died) / 1e9)
            added.append((life.runs - died - life.own) / 1e9)
    return [
        Figure(
            what="supervised restart, death to the child recovered and running, less the child's own imports and plan",
            value=median(added),
            unit="s",
            reach=1,
            rounds=f"{deaths} deaths by SIGKILL, each after {WORK:g} s of the demo's review",
            details=[
                f"{median(wholes):.2f} s in all. 0.05 to 0.1 s are the pause before a first restart, and the "
                "interpreter's start counts as ours."
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


def _life(supervisor: subprocess.Popen[str]) -> Life:
    """The next life that runs; times in nanoseconds, moments of the monotonic clock."""
    return Life(*map(int, line(supervisor).split()))
