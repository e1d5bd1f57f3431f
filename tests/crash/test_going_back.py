"""Killed anywhere while it goes back, the next start finds the state before or after, never between."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash.going_back import STEPS
from tests.faces.cli.processes import ROOT

BEFORE, AFTER = {"a": 90.0, "b": 5.0}, {"a": 10.0}
TOLD = ("before it is folded", "before the database hears of it")


@pytest.mark.crash
@pytest.mark.parametrize("way", ["live", "dead"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_it_is_either_done_or_not_begun(store_path: Path, way: str, step: str) -> None:
    command = [sys.executable, "-m", "tests.crash.going_back", way, str(store_path), step]
    ended = subprocess.run(command, cwd=ROOT, check=False, timeout=60)

    with JarvisContextManager(store_path, handle_signals=False) as manager:
        found = {task["id"]: task["percentage"] for task in manager.tasks()}
        manager.restore("noon")
        again = {task["id"]: task["percentage"] for task in manager.tasks()}

    assert ended.returncode == -signal.SIGKILL
    assert found == (AFTER if step in TOLD else BEFORE)
    assert again == AFTER
