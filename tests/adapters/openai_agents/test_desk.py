"""The example of a help desk is killed at a random moment, and has each effect once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from examples.openai_desk.shop import ONCE

ROOT = Path(__file__).parents[3]


@pytest.mark.crash
def test_a_desk_killed_at_a_random_moment_pays_each_refund_and_writes_each_letter_once() -> None:
    command = [sys.executable, "-m", "examples.openai_desk", "--kills", "1"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "killed after" in done.stdout
    assert [done.stdout.count(f"\n  {line}\n") for line in ONCE] == [1] * len(ONCE)
