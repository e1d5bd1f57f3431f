"""The search for what a test left behind finds it, run as every test runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PLANTED = """
import mmap, os, threading

def test_thread():
    threading.Thread(target=threading.Event().wait, name="left-alone", daemon=True).start()

def test_file(tmp_path):
    os.open(tmp_path / "left.seg", os.O_CREAT | os.O_RDWR)

def test_mapping(store_path):
    descriptor = os.open(store_path / "left.map", os.O_CREAT | os.O_RDWR)
    os.truncate(descriptor, 4096)
    test_mapping.kept = mmap.mmap(descriptor, 4096)
    os.close(descriptor)
    os.unlink(store_path / "left.map")

def test_tidy(store_path):
    worker = threading.Thread(target=threading.Event().wait, args=(0.05,))
    worker.start()
    (store_path / "note").write_text("kept")

def test_surroundings(store_path):
    assert store_path.stat().st_mode & 0o777 == 0o700
    assert not [name for name in os.environ if name.startswith("JARVIS_")]
"""


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a run of the planted tests, under this suite's own configuration, said of each."""
    planted = tmp_path_factory.mktemp("planted") / "test_planted.py"
    planted.write_text(PLANTED, encoding="utf-8")
    configuration = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), "-p", "tests.conftest"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *configuration, "-p", "no:cacheprovider", "--tb=line", "-rA", str(planted)],
        cwd=ROOT,
        env={**os.environ, "JARVIS_CHECKPOINT_INTERVAL": "7", "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("test", "complaint"),
    [
        ("test_thread", "threads left running: ['left-alone']"),
        ("test_file", "left.seg']"),
        ("test_mapping", "left.map (deleted)']"),
    ],
)
def test_what_a_test_leaves_behind_fails_it(verdicts: str, test: str, complaint: str) -> None:
    [verdict] = [line for line in verdicts.splitlines() if line.startswith("ERROR") and test in line]

    assert complaint in verdict


@pytest.mark.parametrize("test", ["test_tidy", "test_surroundings"])
def test_a_tidy_test_passes_in_a_clean_environment(verdicts: str, test: str) -> None:
    verdict = {line.split(" ")[0] for line in verdicts.splitlines() if line.endswith(f"::{test}")}

    assert verdict == {"PASSED"}
