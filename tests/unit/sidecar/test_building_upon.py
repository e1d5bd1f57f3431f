"""A store whose latest checkpoints hold what changed since a whole one: whoever reads checkpoints reads these."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx import settings
from jarvis_ctx.checkpoint import keeper
from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.clock import SystemClock
from jarvis_ctx.codec import sign
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.sidecar import JarvisContextManager, open_view
from jarvis_ctx.sidecar.backups import restore, take
from jarvis_ctx.sidecar.purges import purge
from jarvis_ctx.sidecar.rebuilding import rebuild_database
from jarvis_ctx.sidecar.rekeying import rekey
from jarvis_ctx.sidecar.views import StoreView
from tests.unit.retention.test_purge import SECRET, holding
from tests.unit.sidecar.conftest import NEW, OLD

DATABASE, SIGNED, TWINS, UPON = "jarvis_context.db*", "checkpoints/*.pkl", "checkpoints/*.json", "checkpoints/*.changes"
Tasks = dict[str, tuple[float, str]]


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "SMALL", 20)


def at(path: Path, **more: Any) -> settings.Settings:
    return settings.load({"path": path, **more}, environ={})


def tasks(manager: JarvisContextManager) -> Tasks:
    return {id: (task.percentage, task.description) for id, task in manager.journal.writer.state.tasks.items()}


def written(path: Path, **more: Any) -> Tasks:
    """A store with a whole checkpoint, three upon it, and events behind them; its run ends without another."""
    with JarvisContextManager(path, handle_signals=False, **more) as manager:
        for number in range(40):
            manager.update_task_progress(f"t{number}", {"description": f"Review {number}", "percentage": 1})
        manager.update_task_progress("t1", {"description": SECRET})
        manager.checkpoint()
        manager.update_task_progress("t1", {"description": "nothing of it any more"})
        for percentage in (10, 20, 30):
            manager.update_task_progress("t7", {"percentage": percentage})
            manager.checkpoint()
        assert len(manager.keeper._files.changes()) == 3
        manager.update_task_progress("t8", {"percentage": 80})
        manager.keeper.take = lambda label="": manager.keeper.last  # type: ignore[method-assign]  # As if killed.
        return tasks(manager)


@pytest.mark.parametrize(
    ("lost", "base"),
    [
        ((), "database"),
        ((DATABASE,), "checkpoint file"),
        ((DATABASE, SIGNED), "JSON twin"),
        ((DATABASE, SIGNED, TWINS), "events"),
        ((SIGNED, TWINS, UPON), "database"),
        ((DATABASE, UPON), "checkpoint file"),
    ],
)
def test_whatever_is_lost_the_state_is_the_same(store_path: Path, lost: tuple[str, ...], base: str) -> None:
    before = written(store_path)
    for path in [path for pattern in lost for path in store_path.glob(pattern)]:
        path.unlink()
    view = open_view(store_path)

    rebuilt = view.rebuilt()

    view.close()
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        assert (tasks(manager), rebuilt.base) == (before, base)


def test_a_base_that_rots_is_moved_aside_and_what_builds_upon_it_is_left(store_path: Path) -> None:
    before = written(store_path)
    [base] = store_path.glob(SIGNED)
    base.write_bytes(base.read_bytes()[:-1])
    shutil.move(store_path / "jarvis_context.db", store_path / "gone")

    with JarvisContextManager(store_path, handle_signals=False) as manager:
        assert tasks(manager) == before
        assert not list(store_path.glob(f"{UPON}.damaged-1"))


def test_a_view_finds_every_one_of_them_whole(store_path: Path) -> None:
    written(store_path)
    view = open_view(store_path)

    [finding] = [finding for finding in Insight(view).doctor() if finding.check == "checkpoints"]

    view.close()
    assert finding.sentence.startswith("5 files verified")


def test_a_database_made_anew_has_them(store_path: Path) -> None:
    before = written(store_path)

    result = rebuild_database(at(store_path))

    for path in (store_path / "checkpoints").iterdir():
        path.unlink()
    view = open_view(store_path)
    rebuilt = view.rebuilt()
    view.close()
    assert (result.checkpoints, result.damaged, rebuilt.base) == (4, [], "database")
    assert {id: (task.percentage, task.description) for id, task in rebuilt.state.tasks.items()} == before


def test_one_can_be_gone_back_to(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        for number in range(40):
            manager.update_task_progress(f"t{number}", {"percentage": 1})
        manager.checkpoint()
        manager.update_task_progress("t7", {"percentage": 10})
        upon, then = manager.checkpoint(), tasks(manager)
        manager.update_task_progress("t7", {"percentage": 20})

        manager.restore(upon.id)

        assert upon.base
        assert tasks(manager) == then
        assert manager.checkpoint().base == ""


def test_a_backup_brings_them_back(store_path: Path, tmp_path: Path) -> None:
    before = written(store_path)
    take(at(store_path), tmp_path / "copy")

    restore(at(tmp_path / "back"), tmp_path / "copy")

    assert names_in(tmp_path / "back") == names_in(store_path)
    for path in (tmp_path / "back").glob(DATABASE):
        path.unlink()
    with JarvisContextManager(tmp_path / "back", handle_signals=False) as manager:
        assert tasks(manager) == before


def names_in(store: Path) -> set[str]:
    return {path.name for path in store.glob(UPON)}


def loaded(path: Path, **more: Any) -> int:
    """How many checkpoint files verify; all of them do."""
    files = CheckpointFiles(path, "jarvis", sign.load_key(path / "secret.key"), **more)
    return len([files.load(file) for file in files.signed() + files.changes() + files.twins()])


def test_a_value_that_only_the_base_holds_is_purged_and_nothing_is_lost(store_path: Path) -> None:
    before = written(store_path)

    purge(at(store_path), SECRET)

    assert holding(store_path) == []
    assert loaded(store_path) == 2 * 4
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        assert tasks(manager) == before


@pytest.fixture
def sealed(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Tasks]:
    monkeypatch.setenv("KEYS", OLD)
    return store_path, written(store_path, encryption_key="env:KEYS")


def test_encrypted_ones_hold_nothing_readable_and_open(sealed: tuple[Path, Tasks]) -> None:
    path, before = sealed

    plain = [file.name for file in path.rglob("*") if file.is_file() and b"Review" in file.read_bytes()]

    for file in path.glob(DATABASE):
        file.unlink()
    with JarvisContextManager(path, handle_signals=False, encryption_key="env:KEYS") as manager:
        assert (plain, tasks(manager)) == ([], before)


def test_they_are_sealed_anew_with_another_key(sealed: tuple[Path, Tasks], monkeypatch: pytest.MonkeyPatch) -> None:
    path, before = sealed
    monkeypatch.setenv("KEYS", f"{NEW} {OLD}")

    done = rekey(at(path, encryption_key="env:KEYS"))

    monkeypatch.setenv("KEYS", NEW)
    assert done.damaged == []
    view = open_view_with(path)
    rebuilt = view.rebuilt()
    assert loaded(path, seals=view.seals) == 5
    view.close()
    assert {id: (task.percentage, task.description) for id, task in rebuilt.state.tasks.items()} == before


def open_view_with(path: Path) -> StoreView:
    return StoreView(at(path, encryption_key="env:KEYS"), SystemClock())
