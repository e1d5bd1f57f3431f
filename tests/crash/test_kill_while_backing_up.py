"""SIGKILL in the middle of a backup and of its restore."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jarvis_ctx import settings
from jarvis_ctx.backup.restoring import verified
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.backups import restore, take

pytestmark = pytest.mark.crash

CHILD = """
import sys
from jarvis_ctx import settings
from jarvis_ctx.sidecar import backups
left = int(sys.argv[4])
def stop(done, of):
    global left
    left -= 1
    if left < 0:
        print("here", flush=True)
        sys.stdin.read()
at = settings.load({"path": sys.argv[2]}, environ={})
getattr(backups, sys.argv[1])(at, sys.argv[3], progress=stop)
print("done", flush=True)
"""


def killed(verb: str, store: Path, other: Path, steps: int) -> str:
    """Kill a process after so many words of progress; what it had said."""
    command = [sys.executable, "-c", CHILD, verb, str(store), str(other), str(steps)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = child.stdout.readline().strip()
        child.send_signal(signal.SIGKILL)
    return said


@pytest.mark.parametrize(("steps", "name"), [(0, "b"), (2, "b.tar.zst"), (3, "b"), (5, "b.tar.zst")])
def test_a_killed_backup_leaves_nothing_under_its_name_and_the_next_one_is_whole(
    store_path: Path, tmp_path: Path, steps: int, name: str
) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        manager.update_task_progress("t", {"percentage": 5})
        manager.checkpoint()

        said = killed("take", store_path, tmp_path / name, steps)
        there = (tmp_path / name).exists()
        manager.backup(tmp_path / name)

    assert (said, there, list(tmp_path.glob(".b*"))) == ("here", False, [])
    assert verified(tmp_path / name, None, lambda done, of: None).position


@pytest.mark.parametrize("steps", [0, 3])
def test_a_killed_restore_leaves_nothing_under_the_stores_name(store_path: Path, tmp_path: Path, steps: int) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        manager.update_task_progress("t", {"percentage": 5})
    take(settings.load({"path": store_path}, environ={}), tmp_path / "b.tar.zst")

    said = killed("restore", tmp_path / "new", tmp_path / "b.tar.zst", steps)
    there = (tmp_path / "new").exists()
    restore(settings.load({"path": tmp_path / "new"}, environ={}), tmp_path / "b.tar.zst")

    assert (said, there, list(tmp_path.glob(".new*"))) == ("here", False, [])
