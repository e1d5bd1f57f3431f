"""The example of many processes, killed as a whole and then one of its workers."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
CHAPTERS = 24


def start(folder: Path) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return subprocess.Popen(
        [sys.executable, "-m", "examples.many_processes"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "CHAPTERS": str(CHAPTERS)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def printed(folder: Path) -> list[str]:
    file = folder / "printed.txt"
    return file.read_text().splitlines() if file.exists() else []


def wait_for(look: Callable[[], object]) -> None:
    """Return when it is so; after twenty seconds, fail."""
    pause = threading.Event()
    assert any(look() or pause.wait(0.005) for _ in range(4_000))


def a_worker_of(process: subprocess.Popen[str]) -> psutil.Process:
    children = psutil.Process(process.pid).children()
    return next(child for child in children if "resource_tracker" not in " ".join(child.cmdline()))


@pytest.mark.crash
def test_each_chapter_is_printed_once_though_the_orchestrator_and_then_a_worker_are_killed(tmp_path: Path) -> None:
    with start(tmp_path) as first:
        wait_for(lambda: len(printed(tmp_path)) >= 3)
        workers = psutil.Process(first.pid).children()
        first.kill()
    psutil.wait_procs(workers, timeout=30)
    with start(tmp_path) as second:
        wait_for(lambda: len(printed(tmp_path)) >= 12)
        a_worker_of(second).kill()
        errors = second.communicate(timeout=60)[1]

    with start(tmp_path) as third:
        said = third.communicate(timeout=60)[0]

    assert "BrokenProcessPool" in errors
    assert f"{CHAPTERS} chapters translated" in said
    assert sorted(printed(tmp_path)) == sorted(f"Translated: chapter {number}" for number in range(1, CHAPTERS + 1))
