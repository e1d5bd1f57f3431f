"""The way out of quarantine: by the program, by a command to a live orchestrator, and for one that nobody runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx import settings
from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.errors import AlreadyRunning, NoStore, NotQuarantined, RequestFailed, TaskQuarantined
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar import JarvisContextManager, open_view
from jarvis_ctx.sidecar.releases import release_offline, request_release

BAD = TaskCall(method="assign_task", task=TaskId("bad"))


def at(path: Path) -> Settings:
    return settings.load({"path": path}, environ={})


@pytest.fixture
def manager(store_path: Path) -> Iterator[JarvisContextManager]:
    """A sidecar with a task in quarantine."""
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        manager.journal.append("TaskQuarantined", "bad", {"cause": "It killed."})
        yield manager


def test_a_released_task_is_called_again(manager: JarvisContextManager) -> None:
    with pytest.raises(TaskQuarantined):
        manager.claims.run(BAD, lambda: "ran")

    manager.release("bad")

    assert manager.claims.run(BAD, lambda: "ran") == "ran"
    assert (manager.tasks()[0]["shown_status"], manager.tasks()[0]["deaths_alone"]) == ("completed", 0)


def test_what_is_not_quarantined_cannot_be_released_and_the_error_names_what_is(manager: JarvisContextManager) -> None:
    with pytest.raises(NotQuarantined, match=r"^Task 'good' is not quarantined; these are: bad\.$"):
        manager.release("good")


def test_a_live_owner_releases_the_task_it_is_asked_to(manager: JarvisContextManager, store_path: Path) -> None:
    request_release(at(store_path), "bad")

    assert manager.tasks("quarantined") == []
    with pytest.raises(RequestFailed, match="Task 'bad' is not quarantined"):
        request_release(at(store_path), "bad")
    with pytest.raises(AlreadyRunning):
        release_offline(at(store_path), "bad")


def test_a_task_of_a_store_nobody_runs_is_released_for_the_next_run(
    manager: JarvisContextManager, store_path: Path
) -> None:
    manager.close()

    release_offline(at(store_path), "bad")

    view = open_view(store_path)
    assert (len(view.state().runs), view.state().tasks["bad"].quarantined) == (1, "")
    view.close()
    with JarvisContextManager(store_path, handle_signals=False) as later:
        assert later.claims.run(BAD, lambda: "ran") == "ran"


def test_a_release_in_a_folder_without_a_store_makes_none(tmp_path: Path) -> None:
    with pytest.raises(NoStore):
        release_offline(at(tmp_path / "nowhere"), "bad")

    assert list(tmp_path.iterdir()) == []
