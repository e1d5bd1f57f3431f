"""The example of a research team is killed at random moments, and has each effect once."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.crash
def test_a_research_team_killed_at_random_moments_orders_and_publishes_everything_once() -> None:
    command = [sys.executable, "-m", "examples.langgraph_research", "--kills", "2"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "killed after" in done.stdout
    assert len(re.findall(r": (?:ordered \w+|published .+)$", done.stdout, re.MULTILINE)) == 15
