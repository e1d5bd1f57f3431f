"""Cleaning up: what is old goes, and does not come back."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx import settings
from jarvis_ctx.clock import HOUR, SystemClock
from jarvis_ctx.disk.files import move_aside
from jarvis_ctx.journal import archive
from jarvis_ctx.retention import cleaner, leftovers
from jarvis_ctx.retention.leaving import Leaving
from jarvis_ctx.sidecar import JarvisContextManager, clean_offline, open_view, request_cleanup
from tests.unit.retention.aged import LONG_AGO, SINCE, archived, begin, later, old_store


def said(manager: JarvisContextManager) -> set[str]:
    return {message.content[: len(LONG_AGO)] for message in manager.messages(1000)}


def in_files(folder: Path) -> set[str]:
    """What of the two the files below `folder` that are not compressed say."""
    held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return {text for text in (LONG_AGO, SINCE) if text.encode() in held}


def test_a_dry_run_names_what_would_go_and_removes_nothing(store_path: Path) -> None:
    with old_store(store_path) as manager:
        before = sorted(path.name for path in store_path.rglob("*.zst"))

        found = manager.cleanup()

        assert (found.done, found.events, found.decisions, found.tasks) == (False, 105, 0, ["done"])
        assert sorted(found.archives) == before
        assert sorted(path.name for path in store_path.rglob("*.zst")) == before


def test_what_is_older_than_the_horizon_goes_and_the_rest_stays(store_path: Path) -> None:
    with old_store(store_path) as manager:
        manager.cleanup(dry_run=False)

        assert said(manager) == {SINCE}
        assert [decision.decision for decision in manager.decisions()] == ["left"]
        assert [task["id"] for task in manager.tasks()] == ["open"]
        assert manager.attributes() == {"budget": 7}


def test_a_second_cleanup_finds_nothing(store_path: Path) -> None:
    with old_store(store_path) as manager:
        manager.cleanup(dry_run=False)

        again = manager.cleanup()

        assert (again.events, again.tasks, again.archives, again.advances) == (0, [], [], False)


def test_the_bytes_themselves_leave_the_files(store_path: Path) -> None:
    with old_store(store_path, checkpoints_kept=2) as manager:
        before = in_files(store_path)
        manager.cleanup(dry_run=False)
        later(manager, 60)
        manager.set_attribute("budget", 6)
        manager.checkpoint()

    assert before == {LONG_AGO, SINCE}
    assert in_files(store_path) == {SINCE}


@pytest.mark.parametrize("lost", ["nothing", "database", "checkpoint files", "signed files"])
def test_nothing_that_was_cleaned_up_is_lost_or_comes_back_whichever_layer_is_gone(store_path: Path, lost: str) -> None:
    with old_store(store_path) as manager:
        manager.cleanup(dry_run=False)
        manager.update_task_progress("open", {"percentage": 60})
    lose(store_path, lost)

    with begin(store_path, 61) as manager:
        manager.flush()
        view = open_view(store_path)
        gathered = view.rebuilt().gathered
        view.close()

        assert said(manager) == {SINCE}
        assert [(task["id"], task["percentage"]) for task in manager.tasks()] == [("open", 60)]
        assert [decision.decision for decision in manager.decisions()] == ["left"]
        assert (gathered.lost, gathered.damaged) == ({}, [])


def lose(store: Path, what: str) -> None:
    gone = {
        "nothing": [],
        "database": list(store.glob("jarvis_context.db*")),
        "checkpoint files": [*(store / "checkpoints").iterdir()],
        "signed files": [*(store / "checkpoints").glob("*.pkl")],
    }
    for path in gone[what]:
        path.unlink()


def test_a_copy_of_an_archive_that_is_put_back_is_not_taken_in_again(store_path: Path, tmp_path: Path) -> None:
    archive = store_path / "journal" / "archive"
    with old_store(store_path) as manager:
        shutil.copytree(archive, tmp_path / "copy")
        manager.cleanup(dry_run=False)
    shutil.copytree(tmp_path / "copy", archive, dirs_exist_ok=True)
    lose(store_path, "database")

    with begin(store_path, 61) as manager:
        manager.flush()

        assert said(manager) == {SINCE}
        assert manager.cleanup().events == 105


def test_events_whose_state_no_two_checkpoint_files_have_stay(store_path: Path) -> None:
    with old_store(store_path) as manager:
        lose(store_path, "checkpoint files")

        found = manager.cleanup(dry_run=False)

        assert found.events == 0
        assert said(manager) == {LONG_AGO, SINCE}


def test_decisions_go_when_they_are_older_than_their_own_horizon(store_path: Path) -> None:
    with old_store(store_path, decision_days=40) as manager:
        found = manager.cleanup(dry_run=False)

        assert (found.events, found.decisions) == (106, 1)
        assert manager.decisions() == []


def test_a_finished_task_of_the_present_chain_keeps_its_result_until_the_horizon(store_path: Path) -> None:
    with begin(store_path, 0) as manager:
        manager.update_task_progress("done", {"status": "completed"})
        later(manager, 20 * 86_400)

        young = manager.cleanup().tasks
        later(manager, 20 * 86_400)

        assert (young, manager.cleanup().tasks) == ([], ["done"])


def test_a_recovery_point_from_before_the_horizon_is_named_and_stays(store_path: Path) -> None:
    with begin(store_path, -1) as manager:
        manager.mark_recovery_point("golden")
        later(manager, 1)
    with old_store(store_path) as manager:
        found = manager.cleanup(dry_run=False)

        assert found.points_kept == ["golden"]
        assert "golden" in {header.label for _, header in manager._opened.ground.files.headers()}


def test_a_live_owner_cleans_up_when_it_is_asked(store_path: Path) -> None:
    with old_store(store_path) as manager:
        found = request_cleanup(settings.load({"path": store_path}, environ={}), timeout=20)

        assert (found.done, found.events) == (True, 105)
        assert said(manager) == {SINCE}


def test_a_store_nobody_runs_is_cleaned_up_without_a_new_run(store_path: Path) -> None:
    old_store(store_path).close()

    found = clean_offline(settings.load({"path": store_path, "retention_days": 1}, environ={}))

    view = open_view(store_path)
    assert found.events >= 105
    assert len(view.state().runs) == 2
    assert view.state().cut.position == found.cut.position
    view.close()


def test_cleaned_up_events_do_not_hold_back_what_a_later_run_appends(store_path: Path) -> None:
    old_store(store_path).close()
    clean_offline(settings.load({"path": store_path, "retention_days": 1}, environ={}))
    lose(store_path, "database")

    with begin(store_path, 61) as manager:
        manager.flush()
        watermarks = manager._opened.ground.store.events.watermarks()

        assert all(watermarks[writer] >= last for writer, last in manager.journal.writer.state.cut.position.items())


def test_a_side_file_that_is_taken_up_again_during_a_cleanup_stays(
    store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with old_store(store_path) as manager:
        values = manager.journal.values
        name, other = (values.put(b'{"said":"%d"}' % number)["$value"] for number in range(2))
        for path in values.folder.iterdir():
            os.utime(path, (0, 0))
        Leaving(store_path / "journal", "jarvis").add({name, other})

        def named(*_: object) -> set[str]:
            values.put(b'{"said":"0"}')
            return set()

        monkeypatch.setattr(cleaner, "_named_in_files", named)
        removed = manager.cleanup(dry_run=False).values

        assert (removed, [path.name for path in values.folder.iterdir()]) == (1, [name])


def test_the_side_files_of_one_orchestrator_go_though_another_cleans_up_at_the_same_time(
    store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with begin(store_path, 0, name="other") as other:
        other.log_agent_message("a", "b", "x" * 5000)
        archived(other)
    with old_store(store_path) as manager, begin(store_path, 60, name="other") as other:
        replace, others = archive.replace, iter([other])

        def after_the_other(*shred: Any) -> int:
            for cleaning in (manager for _ in others):
                cleaning.cleanup(dry_run=False)
            return replace(*shred)

        monkeypatch.setattr(archive, "replace", after_the_other)
        removed = other.cleanup(dry_run=False).values

        assert (next(others, None), removed, list((store_path / "journal" / "values").iterdir())) == (None, 1, [])
        assert list((store_path / "journal").glob("*leaving*")) == []


def test_a_side_file_waits_for_an_archive_that_cannot_be_read(store_path: Path) -> None:
    with old_store(store_path) as manager:
        values = manager.journal.values
        name = values.put(b'{"said":"0"}')["$value"]
        os.utime(values.folder / name, (0, 0))
        Leaving(store_path / "journal", "jarvis").add({name})
        unread = store_path / "journal" / "archive" / f"other.{'0' * 16}-000001-000009.seg.zst"
        unread.write_bytes(b"rot")

        before = manager.cleanup(dry_run=False).values
        unread.unlink()
        after = manager.cleanup(dry_run=False).values

        assert (before, after, list(values.folder.iterdir())) == (0, 1, [])


def test_what_a_cleanup_of_an_older_version_has_noted_goes_too(store_path: Path) -> None:
    with old_store(store_path) as manager:
        values = manager.journal.values
        name = values.put(b'{"said":"0"}')["$value"]
        os.utime(values.folder / name, (0, 0))
        note = store_path / "journal" / "values.leaving"
        note.write_text(json.dumps([name]))

        removed = manager.cleanup(dry_run=False).values

        assert (removed, note.exists()) == (1, False)


def test_a_file_that_goes_while_it_is_looked_at_counts_for_nothing(tmp_path: Path) -> None:
    there, gone = tmp_path / "there", tmp_path / "gone"
    there.write_bytes(b"12345")

    assert leftovers.room([gone, there]) == 5


def test_what_was_moved_aside_is_as_old_as_that(tmp_path: Path) -> None:
    key, now = tmp_path / "secret.key", SystemClock().wall()
    key.write_bytes(b"damaged")
    os.utime(key, (0, 0))
    aside = move_aside(key, "damaged")

    assert leftovers.moved_aside(tmp_path, now - HOUR) == []
    assert leftovers.moved_aside(tmp_path, now + HOUR) == [aside]
