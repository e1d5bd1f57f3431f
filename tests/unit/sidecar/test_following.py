"""A view that is kept up shows what one that is made anew would."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from jarvis_ctx.clock import SystemClock
from jarvis_ctx.liveness.runfile import RunFile
from jarvis_ctx.model.state import State
from jarvis_ctx.settings import load
from jarvis_ctx.sidecar import JarvisContextManager, open_view
from jarvis_ctx.sidecar.checkpoints import request_checkpoint
from jarvis_ctx.sidecar.following import FollowingView


def plain(state: State) -> object:
    return msgspec.to_builtins(state)


def made_anew(store: Path) -> object:
    with closing(open_view(store)) as view:
        return plain(view.state())


@pytest.fixture
def begun(store_path: Path) -> JarvisContextManager:
    return JarvisContextManager(store_path, handle_signals=False)


@pytest.fixture
def following(begun: JarvisContextManager) -> Iterator[FollowingView]:
    view = FollowingView(load({"path": begun.settings.path}), SystemClock())
    yield view
    view.close()
    begun.close()


def test_what_was_appended_since_is_in_the_state(
    begun: JarvisContextManager, following: FollowingView, store_path: Path
) -> None:
    states = [plain(following.state())]
    for number in range(3):
        begun.update_task_progress(f"task-{number}", {"description": "Read", "percentage": number})
        begun.log_decision("route", number, "ada", "she knows", "well")
        states.append(plain(following.state()))

    assert states[-1] == made_anew(store_path)
    assert len({str(state) for state in states}) == 4


def test_what_others_say_is_in_the_state(
    begun: JarvisContextManager, following: FollowingView, store_path: Path
) -> None:
    following.state()

    request_checkpoint(begun.settings)

    assert plain(following.state()) == made_anew(store_path)


def test_a_restart_is_followed(begun: JarvisContextManager, following: FollowingView, store_path: Path) -> None:
    following.state()
    begun.close()
    ended = plain(following.state())

    with JarvisContextManager(store_path, handle_signals=False) as again:
        again.update_task_progress("task-9", {"description": "Read"})
        followed = following.state()

    assert len(followed.runs) == 2
    assert "task-9" in followed.tasks
    assert ended != plain(followed)


def test_a_first_run_that_has_no_mark_yet_is_looked_at(begun: JarvisContextManager, store_path: Path) -> None:
    starting = RunFile(store_path, "crew")
    starting.claim()
    with begun, closing(FollowingView(load({"path": store_path, "name": "crew"}), SystemClock())) as view:
        seen = view.pulse().live_pid, view.state().tasks

    starting.release()
    assert seen == (os.getpid(), {})


def test_marks_that_were_made_anew_are_followed(
    begun: JarvisContextManager, following: FollowingView, store_path: Path
) -> None:
    following.state()
    begun.close()
    (store_path / "journal" / "marks").unlink()

    with JarvisContextManager(store_path, handle_signals=False) as again:
        again.update_task_progress("task-9", {"description": "Read"})
        followed = plain(following.state())

        assert followed == made_anew(store_path)


def test_a_state_that_was_given_does_not_change(begun: JarvisContextManager, following: FollowingView) -> None:
    given = following.state()
    before = plain(given)

    begun.update_task_progress("task-9", {"description": "Read"})
    following.state()

    assert plain(given) == before
