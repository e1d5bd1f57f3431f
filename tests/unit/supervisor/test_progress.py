"""What a command gets done, as its store tells it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from jarvis_ctx.liveness import identity, main_beats
from jarvis_ctx.settings import load
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.outside import AgentsMoved
from jarvis_ctx.supervisor.progress import Progress

HERE = identity.this_process()
LEADER = msgspec.structs.replace(HERE, pid=HERE.session, created=1.0, ticks=1)
"""Who has started this process, as far as a supervisor knows."""


@pytest.fixture
def manager(store_path: Path) -> Iterator[JarvisContextManager]:
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        yield manager


@pytest.fixture
def progress(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> Progress:
    moved = AgentsMoved(load({"path": store_path}, {}))
    monkeypatch.setattr("jarvis_ctx.sidecar.outside.KNOWN_FOR", 0.0)
    return Progress(store_path, moved)


def saved(manager: JarvisContextManager) -> None:
    """What the background does every second."""
    manager._save_beats()


def in_a_thread(act: threading.Thread) -> None:
    act.start()
    act.join()


def test_a_run_is_known_by_its_process_and_by_the_session_it_is_in(
    manager: JarvisContextManager, progress: Progress
) -> None:
    other = msgspec.structs.replace(LEADER, pid=LEADER.pid + 1)
    later = msgspec.structs.replace(LEADER, created=HERE.created + 60)

    found = [[run.id for run in progress.runs_of(child)] for child in (HERE, LEADER, other, later)]

    assert found == [[manager.run.id], [manager.run.id], [], []]


def test_a_captured_call_is_progress_and_silence_is_none(manager: JarvisContextManager, progress: Progress) -> None:
    runs = progress.runs_of(HERE)

    before, silent = progress.signs(runs), progress.signs(runs)
    manager.add_message("user", "hello")

    assert before == silent != progress.signs(runs)


def test_a_beat_of_another_thread_is_progress_only_when_it_says_something_new(
    manager: JarvisContextManager, progress: Progress
) -> None:
    runs = progress.runs_of(HERE)
    signs = []
    for told in (1, 1, 2):
        in_a_thread(threading.Thread(target=manager.heartbeat, args=("agent",), kwargs={"load": told}))
        saved(manager)
        signs.append(progress.signs(runs))

    assert signs[0] == signs[1] != signs[2]


def test_a_beat_of_the_main_thread_is_progress(manager: JarvisContextManager, progress: Progress) -> None:
    runs = progress.runs_of(HERE)
    manager.heartbeat("agent")
    saved(manager)
    before = progress.signs(runs)

    manager.heartbeat("agent")
    saved(manager)

    assert progress.signs(runs) != before
    progress.look_away(runs)
    assert not main_beats.path_of(manager.settings.folder, "jarvis").exists()


def test_nobody_looks_so_no_beat_is_shown(manager: JarvisContextManager) -> None:
    manager.heartbeat("agent")

    saved(manager)

    assert not main_beats.path_of(manager.settings.folder, "jarvis").exists()


def test_a_folder_without_a_store_tells_of_nothing(store_path: Path) -> None:
    progress = Progress(store_path, lambda name: None)

    assert progress.runs_of(HERE) == []
    assert progress.signs([]) == ((), ())
    assert progress.held_by([]) is None


def test_the_holder_of_a_run_s_lock_is_named(manager: JarvisContextManager, progress: Progress) -> None:
    assert progress.held_by(progress.runs_of(HERE)) == os.getpid()
