"""A store carried away while it lives, and put back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx import settings
from jarvis_ctx.errors import AlreadyRunning, BadValue, CorruptData, NoStore, NotOurs
from jarvis_ctx.journal import read
from jarvis_ctx.liveness.served import Note
from jarvis_ctx.sidecar import JarvisContextManager, open_view
from jarvis_ctx.sidecar.backups import loaded, restore, take
from tests.unit.insight.dying import fill

WHOLE = ["folder", "folder.tar.zst"]


def at(path: Path, **more: Any) -> settings.Settings:
    return settings.load({"path": path, **more}, environ={})


@pytest.fixture
def live(store_path: Path) -> Iterator[JarvisContextManager]:
    """A store that is being written: archived, sealed and open segments, a side file, checkpoints."""
    with JarvisContextManager(store_path, handle_signals=False, segment_bytes=4096) as earlier:
        for number in range(60):
            earlier.log_agent_message("a", "b", f"message {number} " + "x" * 100)
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        fill(manager)
        manager.add_message("user", "long " * 20_000)
        manager.flush()
        for label in ("one", "two", "three"):
            manager.checkpoint(label)
        assert manager.journal.archive(manager.keeper._files.covered())
        manager.update_task_progress("task-1", {"percentage": 77})
        yield manager


@pytest.mark.parametrize("name", WHOLE)
def test_a_backup_of_a_live_store_has_all_that_was_said_before_it(
    live: JarvisContextManager, tmp_path: Path, name: str
) -> None:
    said = dict(live.journal.writer.state.position)

    taken = live.backup(tmp_path / name)

    restore(at(tmp_path / "new"), tmp_path / name)
    view = open_view(tmp_path / "new")
    rebuilt = view.rebuilt()
    view.close()
    assert (taken.manifest.position, rebuilt.state.position, rebuilt.gathered.damaged) == (said, said, [])
    assert (rebuilt.gathered.lost, taken.manifest.damaged) == ({}, [])


def test_a_backup_beside_a_writer_that_goes_on_to_its_next_segment_has_no_gap(
    live: JarvisContextManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, settled, said = live.journal.writer, read.settled, dict(live.journal.writer.state.position)

    def busy(take: Callable[[], bytes], of: str, start: int = 0) -> Any:
        found = settled(take, of, start)
        while of == writer.writer and len(writer.segments) < 2:
            live.log_agent_message("a", "b", "x" * 60_000)
        return found

    writer.supply.prepare()
    monkeypatch.setattr(read, "settled", busy)
    taken = live.backup(tmp_path / "copy")

    assert taken.manifest.damaged == []
    segments = [read.read_segment(path) for path in (tmp_path / "copy" / "journal").glob(f"{writer.writer}-*.seg")]
    assert [(segment.last, segment.seal is not None) for segment in segments] == [(said[writer.writer], True)]


def test_a_start_in_a_restored_store_recovers_in_a_later_epoch_and_says_so(
    live: JarvisContextManager, tmp_path: Path
) -> None:
    taken = live.backup(tmp_path / "b.tar.zst")
    restore(at(tmp_path / "new"), tmp_path / "b.tar.zst")

    with JarvisContextManager(tmp_path / "new", handle_signals=False) as again:
        report, percentages = again.recovery_report, {t["id"]: t["percentage"] for t in again.tasks()}

        assert (again.run.epoch, percentages["task-1"], again.conversation()[-1].content) == (3, 77, "long " * 20_000)
    assert report is not None
    assert f"restored from backup {taken.manifest.id}" in report.cause.sentence
    assert (report.events_lost, report.damage) == ({}, [])


def test_the_original_goes_on_beside_a_restored_copy(live: JarvisContextManager, tmp_path: Path) -> None:
    live.backup(tmp_path / "b")
    restore(at(tmp_path / "new"), tmp_path / "b")

    with JarvisContextManager(tmp_path / "new", handle_signals=False):
        live.update_task_progress("task-1", {"percentage": 99})
        live.flush()

    assert not live.journal.writer.overtaken
    assert open_percentage(tmp_path / "new") == 77


def open_percentage(path: Path) -> float:
    view = open_view(path)
    task = next(task for task in view.state().tasks.values() if task.id == "task-1")
    view.close()
    return task.percentage


@pytest.mark.parametrize("layer", ["database", "archive", "checkpoints"])
def test_each_layer_of_a_backup_is_enough(live: JarvisContextManager, tmp_path: Path, layer: str) -> None:
    live.backup(tmp_path / "b")
    restore(at(tmp_path / "new"), tmp_path / "b")
    doomed = {"database": "jarvis_context.db", "archive": "journal/archive", "checkpoints": "checkpoints"}
    gone = tmp_path / "new" / doomed[layer]
    gone.rename(tmp_path / "gone")

    with JarvisContextManager(tmp_path / "new", handle_signals=False) as again:
        assert {task["id"]: task["percentage"] for task in again.tasks()}["task-1"] == 77
        assert again.recovery_report is not None
        assert again.recovery_report.events_lost == {}


def test_a_backup_is_private_and_holds_neither_locks_nor_logs(live: JarvisContextManager, tmp_path: Path) -> None:
    live.backup(tmp_path / "b")

    found = {path: path.stat().st_mode & 0o777 for path in (tmp_path / "b").rglob("*")}
    assert {mode for path, mode in found.items() if path.is_file()} == {0o600}
    assert {mode for path, mode in found.items() if path.is_dir()} == {0o700}
    assert [path.name for path in found if path.suffix in (".lock", ".db-wal", ".db-shm")] == []
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_backup_does_not_hold_where_the_store_is_served(live: JarvisContextManager, tmp_path: Path) -> None:
    Note(live.settings.folder, "jarvis", "http://127.0.0.1:3004").put()

    live.backup(tmp_path / "b")

    assert (live.settings.folder / "served-3004.json").exists()
    assert list((tmp_path / "b").glob("served-*")) == []


def test_a_backup_without_the_key_needs_it_to_be_put_back_whole(live: JarvisContextManager, tmp_path: Path) -> None:
    taken = live.backup(tmp_path / "b", key=False)
    key = live.settings.folder / "secret.key"

    restore(at(tmp_path / "new"), tmp_path / "b", key=key)

    assert "secret.key" not in [member.path for member in taken.manifest.files]
    assert (tmp_path / "new" / "secret.key").read_bytes() == key.read_bytes()


def test_a_backup_that_another_key_signed_is_refused(live: JarvisContextManager, tmp_path: Path) -> None:
    live.backup(tmp_path / "b", key=False)
    JarvisContextManager(tmp_path / "other", handle_signals=False).close()

    with pytest.raises(NotOurs):
        restore(at(tmp_path / "new"), tmp_path / "b", key=tmp_path / "other" / "secret.key")

    assert not (tmp_path / "new").exists()


def test_a_manifest_that_was_changed_under_its_signature_is_refused(live: JarvisContextManager, tmp_path: Path) -> None:
    live.backup(tmp_path / "b")
    manifest = tmp_path / "b" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"jarvis.2.', '"jarvis.9.'))

    with pytest.raises(NotOurs):
        restore(at(tmp_path / "new"), tmp_path / "b")

    assert not (tmp_path / "new").exists()


def test_a_store_that_is_there_is_moved_aside_only_when_that_is_said(
    live: JarvisContextManager, tmp_path: Path
) -> None:
    live.backup(tmp_path / "b")
    JarvisContextManager(tmp_path / "new", handle_signals=False).close()

    with pytest.raises(BadValue, match="--replace"):
        restore(at(tmp_path / "new"), tmp_path / "b")
    restored = restore(at(tmp_path / "new"), tmp_path / "b", replace=True)

    assert restored.moved_aside == "new.replaced-1"
    assert (tmp_path / "new.replaced-1" / "jarvis_context.db").exists()
    assert open_percentage(tmp_path / "new") == 77


def test_a_store_that_somebody_runs_is_not_replaced(live: JarvisContextManager, tmp_path: Path) -> None:
    live.backup(tmp_path / "b")

    with pytest.raises(AlreadyRunning):
        restore(at(live.settings.folder), tmp_path / "b", replace=True)


def test_what_is_there_already_is_never_written_over(live: JarvisContextManager, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    inside = live.settings.folder / "b"

    for target in (tmp_path / "taken", inside):
        with pytest.raises(BadValue):
            live.backup(target)

    assert ((tmp_path / "taken").read_text(), inside.exists()) == ("mine", False)


def test_damage_is_taken_as_it_is_and_named(live: JarvisContextManager, tmp_path: Path) -> None:
    live.close()
    copy = Path(shutil.copytree(live.settings.folder, tmp_path / "copy"))
    archived = next((copy / "journal" / "archive").iterdir())
    archived.write_bytes(archived.read_bytes()[:-9])
    (copy / "jarvis_context.db").write_bytes(b"no database")

    taken = take(at(copy), tmp_path / "b")

    assert [word in " ".join(taken.manifest.damaged) for word in (archived.name, "jarvis_context.db")] == [True, True]
    restore(at(tmp_path / "new"), tmp_path / "b")
    assert (tmp_path / "new" / "journal" / "archive" / archived.name).read_bytes() == archived.read_bytes()


def test_a_dead_store_is_left_as_it_is_by_a_backup(live: JarvisContextManager, tmp_path: Path) -> None:
    live.close()
    store = live.settings.folder
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in store.rglob("*")}

    take(at(store), tmp_path / "b")

    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in store.rglob("*")} == before


def test_what_a_killed_backup_has_left_is_swept_by_the_next(live: JarvisContextManager, tmp_path: Path) -> None:
    left = tmp_path / ".b.12345678.staged"
    left.mkdir()
    (left / "half").write_text("half")

    live.backup(tmp_path / "b")

    assert sorted(os.listdir(tmp_path)) == sorted({"b", *os.listdir(tmp_path)} - {left.name})


def test_no_store_and_no_key_are_told(tmp_path: Path) -> None:
    with pytest.raises(NoStore):
        take(at(tmp_path / "nowhere"), tmp_path / "b")
    with pytest.raises(BadValue, match=r"secret\.key"):
        loaded(tmp_path / "nokey")
    (tmp_path / "half").touch(mode=0o600)
    with pytest.raises(CorruptData):
        loaded(tmp_path / "half")
