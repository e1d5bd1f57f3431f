"""Opening's promises: what is damaged is moved aside and named, what is refused is left as it was."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import pytest
from msgspec import structs

from jarvis_ctx import settings
from jarvis_ctx.disk.filelock import holder
from jarvis_ctx.errors import AlreadyRunning, JournalUnavailable, NotTheOwner, UnsafeFolder
from jarvis_ctx.liveness import identity
from jarvis_ctx.liveness.runfile import RunFile
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.opening import DATABASE, OpenStore
from tests.contract.records import run
from tests.fakes import FakeClock


def opened(path: Path, **chosen: object) -> OpenStore:
    return OpenStore(settings.load({"path": path, **chosen}, environ={}), FakeClock())


@pytest.fixture
def made(store_path: Path) -> Path:
    """A store that has been opened before."""
    opened(store_path).close()
    return store_path


def test_a_new_store_has_its_private_folders_and_files_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    opened(tmp_path / "new" / "store").close()
    os.umask(before)

    assert [path for path in (tmp_path / "new").rglob("*") if path.stat().st_mode & 0o077] == []


@pytest.mark.parametrize("name", ["journal/marks", "secret.key", DATABASE])
def test_a_damaged_file_is_moved_aside_named_and_made_anew(made: Path, name: str) -> None:
    (made / name).write_bytes(b"damaged beyond recognition" * 400)

    opening = opened(made)

    assert len(opening.damage) == 1
    assert (made / f"{name}.damaged-1").read_bytes().startswith(b"damaged")
    assert (made / name).exists()
    opening.close()
    assert opened_again(made) == []


def opened_again(path: Path) -> list[str]:
    opening = opened(path)
    opening.close()
    return opening.damage


def test_a_second_opening_under_the_same_name_is_refused_and_the_first_keeps_its_lock(made: Path) -> None:
    first = opened(made)

    with pytest.raises(AlreadyRunning):
        opened(made)

    assert holder(first.runfile.lock_path) == os.getpid()
    first.close()


def test_a_worker_whose_orchestrator_dies_while_it_opens_does_not_become_its_successor(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starter = structs.replace(identity.this_process(), pid=os.getppid(), ticks=1)
    dead = run("jarvis.1", process=starter)
    monkeypatch.setattr(os, "getppid", lambda: 1)
    claim = RunFile.claim
    monkeypatch.setattr(RunFile, "claim", lambda self: (claim(self), self.write(dead))[0])

    with pytest.raises(NotTheOwner):
        opened(made)

    assert holder(made / "run-jarvis.lock") is None


def test_closing_lets_the_next_one_in_even_when_a_part_of_it_fails(made: Path) -> None:
    opening = opened(made)
    opening.store.close()
    opening._opened.callback(lambda: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        opening.close()

    opened(made).close()


def test_an_opening_that_fails_lets_go_of_the_lock(made: Path) -> None:
    (made / "checkpoints").chmod(0o777)
    with pytest.raises(UnsafeFolder):
        opened(made)

    (made / "checkpoints").chmod(0o700)

    opened(made).close()


def test_a_folder_that_the_file_system_refuses_is_a_typed_error_that_says_which(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(JournalUnavailable, match=r"Not a directory \(.*/file/store\)"):
        opened(tmp_path / "file" / "store")


@pytest.mark.parametrize("name", ["beginning.LogFile", "beginning.begin", "manager.Schedule.start"])
def test_a_beginning_that_fails_anywhere_lets_go_of_everything(
    made: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(f"jarvis_ctx.sidecar.{name}", fail)
    with pytest.raises(RuntimeError):
        JarvisContextManager(made)
    monkeypatch.undo()

    JarvisContextManager(made).close()


@pytest.mark.parametrize(("io", "mapped"), [("mmap", True), ("write", False)])
def test_how_segments_are_written_can_be_chosen(made: Path, io: str, mapped: bool) -> None:
    opening = opened(made, segment_io=io)

    assert opening.ground.mapped is mapped
    opening.close()


def test_the_memory_store_needs_no_database_file(store_path: Path) -> None:
    opened(store_path, store="memory").close()

    assert not (store_path / DATABASE).exists()


def test_where_the_file_system_has_no_locks_a_start_is_refused_for_that_and_nobody_is_said_to_run(
    store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "lockf", refuse)

    with pytest.raises(JournalUnavailable, match="No locks available"):
        JarvisContextManager(store_path)
