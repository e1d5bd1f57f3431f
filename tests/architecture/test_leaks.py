"""The search for what a test left behind finds it, run as every test runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

THREAD = """
import threading
def test_it():
    threading.Thread(target=threading.Event().wait, name="left-alone", daemon=True).start()
"""
FILE = """
import os
def test_it(tmp_path):
    os.open(tmp_path / "left.seg", os.O_CREAT | os.O_RDWR)
"""
MAPPING = """
import mmap, os
def test_it(store_path):
    descriptor = os.open(store_path / "left.seg", os.O_CREAT | os.O_RDWR)
    os.truncate(descriptor, 4096)
    test_it.kept = mmap.mmap(descriptor, 4096)
    os.close(descriptor)
    os.unlink(store_path / "left.seg")
"""
TIDY = """
import os, threading
def test_it(store_path):
    worker = threading.Thread(target=threading.Event().wait, args=(0.05,))
    worker.start()
    (store_path / "note").write_text("kept")
    assert store_path.stat().st_mode & 0o777 == 0o700
    assert not [name for name in os.environ if name.startswith("JARVIS_")]
"""


@pytest.mark.parametrize(
    ("test", "complaint"),
    [(THREAD, "left running: ['left-alone']"), (FILE, "left.seg"), (MAPPING, "left.seg (deleted)")],
)
def test_what_a_test_leaves_behind_fails_it(tmp_path: Path, test: str, complaint: str) -> None:
    done = _run(tmp_path, test)

    assert done.returncode == 1
    assert complaint in done.stdout


def test_a_tidy_test_passes_in_a_clean_environment(tmp_path: Path) -> None:
    done = _run(tmp_path, TIDY)

    assert done.returncode == 0, done.stdout


def _run(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_planted.py").write_text(test, encoding="utf-8")
    configuration = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), "-p", "tests.conftest"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *configuration, "-p", "no:cacheprovider", str(folder / "test_planted.py")],
        cwd=ROOT,
        env={**os.environ, "JARVIS_CHECKPOINT_INTERVAL": "7"},
        capture_output=True,
        text=True,
        check=False,
    )
