"""The asyncio example is killed and, started again without its orders, finishes each of them once."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_orders_that_nobody_sends_again_are_charged_and_shipped_once_across_a_kill() -> None:
    command = [sys.executable, "-m", "examples.async_orchestrator"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    before, after = done.stdout.split("the ledger in the end:")
    again = re.findall(r"^taken up again: (\w+), finished$", done.stdout, re.MULTILINE)
    assert (done.returncode, done.stderr) == (0, "")
    assert 2 <= before.count("charged") < 5
    assert set(again) >= {"dan", "eve"}
    assert (
        len(re.findall(r"^\w+ shipped$", after, re.MULTILINE))
        == len(re.findall(r"^\w+ charged \d+$", after, re.MULTILINE))
        == 5
    )
