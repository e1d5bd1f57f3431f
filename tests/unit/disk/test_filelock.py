"""A file lock's promises: one holder, between processes and within one, released by death and by nothing else."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from jarvis_ctx.disk.filelock import FileLock, holder

HOLD = """
import sys
from pathlib import Path
from jarvis_ctx.disk.filelock import FileLock
print(FileLock(Path(sys.argv[1])).acquire(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a lock lies."""
    return tmp_path / "drain.lock"


def another_process(path: Path) -> subprocess.Popen[str]:
    """A process that tries to take the lock, says whether it did, and keeps it until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_another_process_is_kept_out_and_told_who_holds_it(path: Path) -> None:
    lock = FileLock(path)
    assert lock.acquire()

    with another_process(path) as process:
        assert answer(process) == "False"
        process.communicate("")

    assert holder(path) == os.getpid()
    lock.release()


def test_death_releases_it(path: Path) -> None:
    with another_process(path) as process:
        assert answer(process) == "True"
        assert (holder(path), FileLock(path).acquire()) == (process.pid, False)
        process.kill()
        process.wait()

    lock = FileLock(path)
    assert (holder(path), lock.acquire()) == (None, True)
    lock.release()


def test_a_second_holder_in_the_same_process_is_kept_out(path: Path) -> None:
    lock = FileLock(path)
    lock.acquire()

    assert not FileLock(path).acquire()
    assert lock.acquire()
    lock.release()
    other = FileLock(path)
    assert other.acquire()
    other.release()


@pytest.mark.parametrize("spelling", ["linked/drain.lock", "real/../real/drain.lock"])
def test_another_spelling_of_the_path_is_the_same_lock_and_does_not_drop_it(tmp_path: Path, spelling: str) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path / "real")
    lock = FileLock(tmp_path / "real" / "drain.lock")
    lock.acquire()

    assert not FileLock(tmp_path / spelling).acquire()
    assert holder(tmp_path / spelling) == os.getpid()
    with another_process(lock.path) as process:
        assert answer(process) == "False"
        process.communicate("")
    lock.release()


def test_of_many_threads_one_takes_it(path: Path) -> None:
    locks, together = [FileLock(path) for _ in range(8)], threading.Barrier(8)
    taken: list[bool] = []

    def take(lock: FileLock) -> None:
        together.wait()
        taken.append(lock.acquire())

    threads = [threading.Thread(target=take, args=(lock,)) for lock in locks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for lock in locks:
        lock.release()

    assert sorted(taken) == [False] * 7 + [True]


def test_asking_takes_and_makes_nothing(path: Path) -> None:
    assert holder(path) is None
    assert not path.exists()


def test_giving_back_what_is_not_held_does_nothing(path: Path) -> None:
    lock, other = FileLock(path), FileLock(path)
    lock.acquire()

    other.release()

    assert (lock.held, other.held) == (True, False)
    lock.release()


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").touch()
    (tmp_path / "drain.lock").symlink_to(tmp_path / "elsewhere")

    lock = FileLock(tmp_path / "drain.lock")

    with pytest.raises(OSError, match="symbolic"):
        lock.acquire()


def test_a_file_system_without_locks_is_an_error_and_not_a_holder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "lockf", refuse)

    with pytest.raises(OSError, match="No locks available"):
        FileLock(path).acquire()


def test_a_look_at_it_in_another_thread_does_not_take_it_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.touch()
    lock, ask = FileLock(path), fcntl.fcntl
    taker = threading.Thread(target=lock.acquire)

    def asked(*question: object) -> object:
        taker.start()
        taker.join(0.2)  # It cannot take the lock before this look has ended; where it could, it has by now.
        return ask(*question)  # type: ignore[call-overload]  # As it was called.

    monkeypatch.setattr(fcntl, "fcntl", asked)
    holder(path)
    taker.join()

    with another_process(path) as process:
        assert answer(process) == "False"
        process.communicate("")
    lock.release()
