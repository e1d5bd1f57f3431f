"""A store that has grown: what a captured call costs in it, and how long a start takes after a SIGKILL."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jarvis_ctx import JarvisContextManager
from tests.benchmarks.children import child, line
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.material import progress, task_id
from tests.benchmarks.rounds import Sample, interleaved, p50, ratio, timed, typical
from tests.benchmarks.start import start_seconds
from tests.benchmarks.stored import plant

GROWN, SMALL = 1_000_000, 10_000
BEHIND = 1_500
"""Events after the last checkpoint: half an interval of 30 s at 100 events a second."""

STANDS_IN = (
    "It stands in for 10,000,000 events, which take too long to write for every run of this page "
    "(`python -m tests.benchmarks --only million --events 10000000` has them): what a call does has no step that "
    "depends on how much is stored"
)

GROW = """
import json, sys
from jarvis_ctx import JarvisContextManager
from tests.benchmarks.material import progress, task_id
path, events, behind = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
manager = JarvisContextManager(path, checkpoint_interval=1e6)
for number in range(1, events + 1):
    manager.update_task_progress(task_id(number), progress(number))
    if number % 50_000 == 0 or number in (events - 2 * behind, events - behind):
        manager.checkpoint()
        manager.archiving.turn()
manager.flush(600)
print(json.dumps({"covered": sum(manager.keeper.last.position.values())}), flush=True)
input()
"""


def measure(effort: Effort) -> list[Figure]:
    """Both figures by the same store, which takes a while to write."""
    grown, small = round(GROWN * effort.share), min(SMALL, round(GROWN * effort.share) // 2)
    behind = min(BEHIND, small // 4)
    with TemporaryDirectory(prefix="jarvis-bench-") as folder:
        covered = {name: _grow(Path(folder) / name, n, behind) for name, n in (("grown", grown), ("small", small))}
        starts = interleaved({name: partial(start_seconds, Path(folder) / name) for name in covered}, effort.starts)
        planted = max(effort.stored - grown, 0)
        plant(Path(folder) / "grown" / "jarvis_context.db", planted)
        calls = _calls(Path(folder), effort)
    how = f"{grown:,} were said, the others put into its table" if planted else STANDS_IN
    return [
        Figure(
            what=f"start to state rebuilt, {grown:,} events with checkpoints, interpreter included",
            value=typical(starts["grown"], p50),
            unit="s",
            reach=0.4,
            rounds=f"{effort.starts} starts, each after a SIGKILL",
            details=[
                f"The last checkpoint covered {covered['grown']:,}.",
                f"With {small:,} events {typical(starts['small'], p50):.3f} s in the same rounds.",
            ],
        ),
        Figure(
            what=f"a captured call with {grown + planted:,} events stored, over one with {small:,}, p50",
            value=ratio(calls["grown"], calls["small"], p50),
            unit="×",
            reach=1.1,
            rounds=f"{effort.rounds // 2} rounds of {effort.calls} calls a side",
            details=[f"{typical(calls['grown'], p50):.1f} µs over {typical(calls['small'], p50):.1f} µs. {how}."],
        ),
    ]


def _grow(path: Path, events: int, behind: int) -> int:
    with child(GROW, str(path), str(events), str(behind)) as writer:
        covered: int = json.loads(line(writer))["covered"]
    return covered


def _calls(folder: Path, effort: Effort) -> dict[str, list[list[Sample]]]:
    settings: dict[str, Any] = {"checkpoint_interval": 3600.0, "handle_signals": False}
    with (
        JarvisContextManager(folder / "grown", **settings) as grown,
        JarvisContextManager(folder / "small", **settings) as small,
    ):
        sides = {"grown": lambda: _burst(grown, effort.calls), "small": lambda: _burst(small, effort.calls)}
        return interleaved(sides, effort.rounds // 2)


def _burst(manager: JarvisContextManager, calls: int) -> list[Sample]:
    samples = timed(lambda n: manager.update_task_progress(task_id(n), progress(n)), range(calls))
    manager.flush(600)
    return samples
