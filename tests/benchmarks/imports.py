"""What importing costs over an interpreter that has imported sqlite3 and json."""

from __future__ import annotations

from tests.benchmarks.children import seconds_to_line
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.rounds import difference, interleaved, p50, typical

SAY = "; print('ready', flush=True)"
BARE = "import json, sqlite3"
SIDES = {
    "bare": BARE + SAY,
    "package": f"{BARE}; import jarvis_ctx{SAY}",
    "everything": f"{BARE}; from jarvis_ctx import JarvisContextManager{SAY}",
}


def measure(effort: Effort) -> list[Figure]:
    """Seconds added by the package alone, whose parts come when they are asked for, and by all that a start uses."""
    sides = {name: lambda code=code: [seconds_to_line(code)[0]] for name, code in SIDES.items()}
    measured = interleaved(sides, effort.starts)
    bare = f"The bare interpreter takes {typical(measured['bare'], p50):.3f} s."
    rounds = f"{effort.starts} rounds of one interpreter a side"

    def figure(what: str, side: str) -> Figure:
        added = difference(measured[side], measured["bare"], p50)
        return Figure(what=what, value=added, unit="s", reach=0.25, aim=0.1, rounds=rounds, details=[bare])

    return [
        figure("`import jarvis_ctx` over a bare interpreter with sqlite3 and json", "package"),
        figure("`from jarvis_ctx import JarvisContextManager`, all that a start uses, over the same", "everything"),
    ]
