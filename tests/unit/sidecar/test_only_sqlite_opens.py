"""Nobody but SQLite opens the files of a live database: closing one would let go of SQLite's locks."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.contract.children import ROOT, environment


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a program saw that did everything with a live store."""
    command = [sys.executable, "-m", "tests.unit.sidecar.busybody", str(tmp_path_factory.mktemp("busy") / "store")]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_no_code_but_sqlites_opens_the_files_of_a_live_database(seen: dict[str, Any]) -> None:
    assert set(seen["exit_codes"]) == {0}
    assert seen["opened"] == []


def test_one_sqlite_library_serves_a_process(seen: dict[str, Any]) -> None:
    assert len(seen["loaded"]) == 1
