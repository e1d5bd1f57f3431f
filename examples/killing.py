"""Lives of an example: processes of their own, killed at random moments."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONGEST = 0.8
"""Seconds after which a life is killed at the latest; together all the work takes longer."""


def main(says: str, life: Callable[[Path], None], demo: Callable[[Path, int, str], bool], well: str) -> None:
    """Be a life, as a child of the demo; or be the demo, which says `well` at its end if all was done once."""
    if sys.argv[1:2] == ["life"]:
        life(Path(sys.argv[2]))
        return
    parser = argparse.ArgumentParser(description=says)
    parser.add_argument("--kills", type=int, default=5, help="default %(default)s")
    parser.add_argument("--seed", default="", help="kills at the same moments again")
    chosen = parser.parse_args()
    seed = chosen.seed or os.urandom(4).hex()
    with tempfile.TemporaryDirectory(prefix="killing-") as folder:
        done = demo(Path(folder), chosen.kills, seed)
    print(f"\n--seed {seed}:", well if done else "something was lost, or done twice")
    sys.exit(not done)


def kill_at_random(module: str, folder: Path, kills: int, seed: str, done: Callable[[], list[str]]) -> bool:
    """Kill that many lives of `python -m MODULE life FOLDER`, and let the last one finish; whether it did.

    A life says a line once it has begun. `done` gives what was done outside so far.
    """
    drawn = random.Random(seed)
    for _ in range(kills):
        seconds = drawn.uniform(0, LONGEST)
        if not _killed(module, folder, seconds):
            break
        print(f"killed after {seconds:.3f} s, with {len(done())} lines in the ledger")
    with _begun(module, folder) as last:
        _show(last)
    return last.returncode == 0


def _killed(module: str, folder: Path, seconds: float) -> bool:
    """Let a life go on for so long and kill it; False if it had finished by then."""
    with _begun(module, folder) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        _show(process)
    return process.returncode < 0


def _begun(module: str, folder: Path) -> subprocess.Popen[str]:
    """A life that has opened its store."""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", module, "life", str(folder)]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def _show(process: subprocess.Popen[str]) -> None:
    """Pass on what a life has said."""
    assert process.stdout is not None
    print(process.stdout.read(), end="")
