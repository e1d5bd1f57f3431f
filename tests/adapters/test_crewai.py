"""What docs/adapters.md binds to CrewAI's event bus hears a crew of CrewAI's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUIET = {"CREWAI_DISABLE_TELEMETRY": "true", "CREWAI_TRACING_ENABLED": "false", "OTEL_SDK_DISABLED": "true"}


@pytest.mark.skipif(
    find_spec("crewai") is None, reason="crewai is not installed; tests/adapters/crew.py stands in for it"
)
def test_a_crews_tasks_and_agents_are_told_of_from_its_own_event_bus(tmp_path: Path) -> None:
    environ = {**os.environ, **QUIET, "HOME": str(tmp_path), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    command = [sys.executable, "-m", "tests.adapters.real_crew", str(ROOT / "docs/adapters.md")]

    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    told = ["count the pages", "completed", "clerk", ["seven pages"], {"clerk": "count"}]
    assert json.loads(done.stdout.splitlines()[-1]) == [told, 0]
