"""A program whose wall clock is set while it runs, by a small library in C that comes before the system's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from tests.crash.children import ROOT

COMPILER = shutil.which("cc")
SOURCE = Path(__file__).with_name("clockjump.c")


def missing() -> str | None:
    """Why no clock can be set here."""
    if COMPILER is None or sys.platform != "linux":
        return "the clock of a process is set by a small library in C, on Linux"
    return None


def live_through(folder: Path, jumps: list[int]) -> Path:
    """The store of a run whose clock was wrong by each of these seconds in turn, for three checkpoints or more."""
    shim, clock = folder / "shim.so", folder / "clock"
    subprocess.run([COMPILER or "cc", "-shared", "-fPIC", "-o", shim, SOURCE, "-ldl"], check=True)
    clock.write_text("0")
    child = subprocess.run(
        [sys.executable, "-m", "tests.crash.jumping", folder / "store", clock],
        input="".join(f"{jump}\n" for jump in jumps),
        env={
            **os.environ,
            "LD_PRELOAD": str(shim),
            "CLOCKJUMP_FILE": str(clock),
            "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
        },
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    taken = [0, *map(int, child.stdout.split())]
    assert len(taken) == len(jumps) + 1
    assert all(later - earlier >= 3 for earlier, later in pairwise(taken))
    return folder / "store"
