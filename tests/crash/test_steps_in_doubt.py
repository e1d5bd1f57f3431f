"""A step that is cut off by a real kill, and what becomes of it in the next process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os, signal, sys
from jarvis_ctx import current_step, durable_step, errors, integrate_context_manager

folder, on_doubt, dies = sys.argv[1], sys.argv[2], sys.argv[3] == "dies"

@integrate_context_manager(path=folder + "/store", resume="skip")
class Orchestrator:
    def assign_task(self, task_id):
        return durable_step("pay", self.pay, task_id, on_doubt=on_doubt)

    def pay(self, task_id):
        step = current_step()
        with open(folder + "/payments", "a") as payments:
            print(step.idempotency_key, step.epoch, step.attempt, file=payments, flush=True)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
        return "paid"

try:
    print(Orchestrator().assign_task("t1"))
except errors.StepInDoubt as doubt:
    print("in doubt:", doubt.idempotency_key)
"""


def life(folder: Path, on_doubt: str, how: str) -> str:
    command = [sys.executable, "-c", PROGRAM, str(folder), on_doubt, how]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=dict(os.environ)).stdout.strip()


def payments(folder: Path) -> list[list[str]]:
    return [line.split() for line in (folder / "payments").read_text().splitlines()]


@pytest.mark.crash
def test_a_step_that_is_done_again_has_the_same_idempotency_key_and_the_next_epoch(tmp_path: Path) -> None:
    life(tmp_path, "run", "dies")

    said = life(tmp_path, "run", "lives")

    [[key, *first], [again, *second]] = payments(tmp_path)
    assert (said, again, first, second) == ("paid", key, ["1", "1"], ["2", "2"])


@pytest.mark.crash
def test_a_step_that_is_to_fail_or_to_be_skipped_is_not_done_twice(tmp_path: Path) -> None:
    life(tmp_path, "fail", "dies")

    said = [life(tmp_path, on_doubt, "lives") for on_doubt in ("fail", "skip")]

    [[key, *_]] = payments(tmp_path)
    assert said == [f"in doubt: {key}", "None"]
