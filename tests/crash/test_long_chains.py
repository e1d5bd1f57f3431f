"""However often a program crashes in a row, what it has finished is not done again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = """
import json, os, signal, sys
from jarvis_ctx import context_of, durable_step, integrate_context_manager
from jarvis_ctx.journal import fold_runs

fold_runs.RUNS_KEPT = 2
folder, dies = sys.argv[1], sys.argv[2] == "dies"

def done(what):
    with open(folder + "/done", "a") as file:
        print(what, file=file)

@integrate_context_manager(path=folder + "/store", resume="skip", max_attempts=100)
class Orchestrator:
    def assign_task(self, task_id):
        done(task_id)

    def process_task(self, task_id):
        durable_step("step", done, "step", on_doubt="fail")
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)

orchestrator = Orchestrator()
orchestrator.assign_task("task")
orchestrator.process_task("unfinished")
print(json.dumps(context_of(orchestrator).insight.metrics()))
"""


def life(folder: Path, how: str) -> dict[str, Any]:
    """What the program measured at its end, if it came to it."""
    command = [sys.executable, "-c", PROGRAM, str(folder), how]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    measured: dict[str, Any] = json.loads(said or "{}")
    return measured


@pytest.mark.crash
def test_after_more_crashes_in_a_row_than_runs_are_kept_nothing_finished_is_done_again(tmp_path: Path) -> None:
    for _ in range(4):
        life(tmp_path, "dies")

    measured = life(tmp_path, "lives")

    assert (tmp_path / "done").read_text().split() == ["task", "step"]
    assert [measured[name] for name in ("runs", "recoveries", "restarts")] == [5, 4, 4]
