"""The machine runs short of something: errors have types, `status` answers, and it is all well again by itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from jarvis_ctx.errors import JournalUnavailable
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.sidecar import JarvisContextManager, open_view
from tests.crash.harness import Stage
from tests.locked import locked

pytestmark = pytest.mark.crash

KEEPING = {"checkpoint_interval": 0.05}


@pytest.fixture
def mounted(stage: Stage, tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own, with the stage's store on it."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a file system")
    place = tmp_path / "mounted"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)], capture_output=True, text=True
    )
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr}")
    stage.store = place / "store"
    yield place
    stage.server.clear()
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def changeable(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system where files can be made unchangeable, which they are not any more afterwards."""
    tried = tmp_path / "tried"
    tried.touch()
    made = subprocess.run(["chattr", "+i", str(tried)], capture_output=True, text=True) if which("chattr") else None
    if made is None or made.returncode:
        pytest.skip(f"no file can be made unchangeable here: {made.stderr if made else 'there is no chattr'}")
    yield tmp_path
    subprocess.run(["chattr", "-R", "-i", str(tmp_path)], check=True)


@pytest.mark.parametrize("shortage", ["descriptors", "file_size", "memory"])
def test_a_shortage_is_survived_and_over_when_it_is_over(stage: Stage, shortage: str) -> None:
    suffered = stage.starve(shortage, closing=False, **KEEPING)

    assert suffered.seen["JournalUnavailable"]
    assert suffered.seen.keys() <= {"JournalUnavailable", "StoreUnavailable", "OSError", "MemoryError"}
    assert suffered.afterwards == {}
    assert not stage.verify(whole=True).wrong(threads=60)


def test_a_disk_that_is_full_is_survived_and_over_when_there_is_room(stage: Stage, mounted: Path) -> None:
    suffered = stage.starve("disk", closing=False, **KEEPING)

    assert suffered.seen["JournalUnavailable"]
    assert suffered.afterwards == {}
    assert not stage.verify(whole=True).wrong(threads=60)


@pytest.mark.parametrize("closing", [False, True])
def test_folders_and_a_database_that_nobody_may_change_are_survived(
    stage: Stage, changeable: Path, closing: bool
) -> None:
    suffered = stage.starve("leave", closing=closing, **KEEPING)

    assert suffered.seen["JournalUnavailable"]
    assert suffered.seen.keys() <= {"JournalUnavailable", "StoreUnavailable", "PermissionError"}
    assert suffered.afterwards == {}
    verdicts = stage.verify(whole=True)
    assert verdicts.checked.report is None
    assert not verdicts.wrong(threads=60)


@pytest.mark.parametrize("shortage", ["descriptors", "file_size", "memory"])
def test_a_clean_end_in_a_shortage_is_no_crash(stage: Stage, shortage: str) -> None:
    stage.starve(shortage, closing=True)

    verdicts = stage.verify(whole=True)

    assert verdicts.checked.report is None
    assert not verdicts.wrong(threads=60)


def test_a_clean_end_on_a_full_disk_is_no_crash(stage: Stage, mounted: Path) -> None:
    stage.starve("disk", closing=True)
    (mounted / "filler").unlink()

    verdicts = stage.verify(whole=True)

    assert verdicts.checked.report is None
    assert not verdicts.wrong(threads=60)


def test_a_store_that_cannot_be_written_can_be_looked_at_and_is_refused_by_type(stage: Stage, mounted: Path) -> None:
    stage.write(calls=20)
    subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)

    with pytest.raises(JournalUnavailable, match="Read-only file system"):
        JarvisContextManager(stage.store)

    view = open_view(stage.store)
    assert Insight(view).status()["state"] == "dead"
    view.close()
    subprocess.run(["mount", "-o", "remount,rw", str(mounted)], check=True)
    assert not stage.verify(whole=True).wrong()


def test_a_locked_database_costs_a_caller_nothing_and_is_caught_up_with(store_path: Path) -> None:
    with JarvisContextManager(store_path, drain_interval=0.01) as manager:
        manager.flush()
        with locked(store_path / "jarvis_context.db"):
            for said in range(1000):
                manager.set_attribute("x", said)
            behind = manager.status()["lag"]["not_drained"]

        manager.flush()

        assert behind == 1000
        assert manager.status()["lag"]["not_drained"] == 0
