"""A database that is damaged, gone or replaced is made anew while its run lives."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.adapters.openai_agents.keeping import Keeping
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.journal.fold import empty
from jarvis_ctx.journal.others import OthersDrain
from jarvis_ctx.recovery.text import render
from jarvis_ctx.sidecar import JarvisContextManager, healer, open_view
from jarvis_ctx.sidecar.database import condemned
from jarvis_ctx.sidecar.opening import DATABASE
from jarvis_ctx.sidecar.pen import pen
from jarvis_ctx.sidecar.rebuilding import RebuiltStore
from tests.crash import damage
from tests.unit.journal.build import wait_until
from tests.unit.retention.aged import begin, first_run, later, old_store
from tests.unit.sidecar.test_rebuilding import tables

HARMS = [damage.delete_database, damage.delete_database_and_log, damage.overwrite_database, damage.empty_database]


@pytest.fixture
def manager(store_path: Path) -> Iterator[JarvisContextManager]:
    """A run after another one, whose clock stands still: nothing is done by the clock that is not asked for."""
    first_run(store_path)
    with begin(store_path, 1, drain_interval=0.01, segment_bytes=4096) as manager:
        manager.update_task_progress("open", {"percentage": 70})
        manager.heartbeat("ann", desk=4)
        manager.checkpoint()
        manager._save_beats()
        manager.flush()
        yield manager


def heal(manager: JarvisContextManager) -> None:
    """Look now, and wait for what comes of it."""
    manager.healer.look()
    manager.healer.wait()


def replace_by_older_copy(store: Path) -> None:
    """By rename, as a tool that keeps backups does it."""
    shutil.copyfile(store / DATABASE, store / "older")
    (store / "older").rename(store / DATABASE)


@pytest.mark.parametrize("harm", [*HARMS, replace_by_older_copy])
def test_a_database_that_goes_while_its_run_lives_has_all_its_rows_again(
    manager: JarvisContextManager, store_path: Path, harm: Callable[[Path], None]
) -> None:
    before = rows(store_path)

    harm(store_path)
    manager.healer._look_through = 0.0
    heal(manager)
    manager.flush()

    assert manager.healer.healed == 1
    assert [row for row in before if row not in rows(store_path)] == []
    assert manager.journal.health().drained == manager.journal.health().appended


def rows(store: Path) -> list[dict[str, Any]]:
    """Of all tables but that of writers, whose watermarks move on."""
    return [row for name, found in tables(store / DATABASE).items() for row in found if name != "writers"]


def test_a_file_that_is_shorter_than_it_was_is_looked_through_at_the_next_look(
    manager: JarvisContextManager, store_path: Path
) -> None:
    heal(manager)

    damage.truncate_database(store_path)
    heal(manager)

    assert manager.healer.healed == 1
    assert (store_path / f"{DATABASE}.damaged-1").exists()


@pytest.mark.parametrize("key", ["", "env:CREW_KEY"])
def test_a_database_that_lost_old_events_to_a_cleanup_is_not_taken_for_damaged_nor_the_new_one_after_it(
    store_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("CREW_KEY", "5c" * 32)
    monkeypatch.setenv("JARVIS_ENCRYPTION_KEY", key)
    with old_store(store_path) as manager:
        assert manager.cleanup(dry_run=False).events == 105
        manager.healer._look_through = 0.0
        heal(manager)
        healed = [manager.healer.healed]

        damage.delete_database(store_path)
        for look_through in (1e9, 0.0):
            manager.healer._look_through = look_through
            heal(manager)
            healed.append(manager.healer.healed)

    assert healed == [0, 1, 1]


def test_the_damaged_file_is_kept_and_no_note_is_left(manager: JarvisContextManager, store_path: Path) -> None:
    damage.overwrite_database(store_path)
    manager.healer._look_through = 0.0

    heal(manager)

    assert (store_path / f"{DATABASE}.damaged-1").read_bytes().startswith(b"no database at all")
    assert not condemned(store_path / DATABASE).exists()
    assert not (store_path / f"{DATABASE}.new").exists()


def test_beats_and_the_next_checkpoint_are_in_the_new_database(manager: JarvisContextManager, store_path: Path) -> None:
    damage.delete_database(store_path)
    heal(manager)

    manager._save_beats()
    header = manager.checkpoint()

    store = manager._opened.store
    assert [lease.agent for lease in store.leases.all("jarvis")] == ["ann"]
    assert store.checkpoints.get(header.id) is not None


def test_health_says_when_why_from_what_and_how_many_rows(manager: JarvisContextManager, store_path: Path) -> None:
    damage.delete_database(store_path)
    heal(manager)

    (told,) = manager.status()["healed"]

    assert told["reason"] == "it was deleted or replaced while it was open"
    assert told["aside"] == [f"{DATABASE}-wal.damaged-1", f"{DATABASE}-shm.damaged-1"]
    assert (told["segments"], told["checkpoints"], told["tasks"], told["runs"]) == (5, 2, 2, 2)
    assert told["sentence"].startswith("The database was made anew 2023-11-15 22:13:20 UTC while the run lived")
    assert manager.status()["damaged"] == []


def test_a_view_from_outside_and_the_doctor_say_it_too(manager: JarvisContextManager, store_path: Path) -> None:
    damage.delete_database(store_path)
    heal(manager)

    with closing(open_view(store_path)) as view:
        insight = Insight(view)
        sentences = [finding.sentence for finding in insight.doctor() if finding.level == "warning"]

        assert [told["events"] for told in insight.status()["healed"]] == [109]
        assert any(sentence.startswith("The database was made anew") for sentence in sentences)


def test_captured_calls_and_other_tables_go_on_while_the_new_database_is_filled(
    manager: JarvisContextManager, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filling, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(manager.healer, "_breathe", lambda: (filling.set(), go_on.wait(10)))
    damage.delete_database(store_path)
    manager.healer.look()
    assert filling.wait(10)

    manager.update_task_progress("meanwhile", {"percentage": 10})
    said = manager.status()["damaged"]
    go_on.set()
    manager.healer.wait()
    manager.flush()

    assert said[0].endswith("It is being made anew from journal and archive.")
    assert "meanwhile" in [row["task_id"] for row in tables(store_path / DATABASE)["task_progress"]]


def test_what_a_damaged_database_still_took_while_the_new_one_was_filled_is_in_the_new_one(
    manager: JarvisContextManager, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill = manager.healer._fill
    monkeypatch.setattr(manager.healer, "_fill", lambda new: (fill(new), speak_and_drain(manager))[0])
    opened = manager._opened.healing
    assert opened is not None
    opened._database.condemn("a page that nobody reads is damaged")

    heal(manager)
    manager.flush()

    known = manager._opened.store.events.watermarks()[manager.journal.writer.writer]
    assert (manager.healer.healed, known) == (1, manager.journal.health().appended)


def test_the_new_database_is_given_what_it_lacks_before_anybody_asks(
    store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with begin(store_path, 0, drain_interval=600, segment_bytes=4096) as manager:
        fill, opened = manager.healer._fill, manager._opened.healing
        assert opened is not None
        monkeypatch.setattr(manager.healer, "_fill", lambda new: (fill(new), speak_and_drain(manager))[0])

        opened._database.condemn("a page that nobody reads is damaged")
        heal(manager)

        known = manager._opened.store.events.watermarks()[manager.journal.writer.writer]
        assert (manager.healer.healed, known >= manager.journal.health().drained) == (1, True)


def test_what_is_read_or_popped_while_the_new_database_is_given_what_it_lacks_is_the_latest(
    store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchanged, go_on = threading.Event(), threading.Event()
    with begin(store_path, 0, drain_interval=600, segment_bytes=4096) as manager:
        kept, said, fill, opened = Keeping(manager, "talk"), list[Any](), manager.healer._fill, manager._opened.healing
        kept.add(["first"])
        manager.flush()

        def filled(new: Path) -> RebuiltStore:
            result = fill(new)
            kept.add(["second"])
            speak_and_drain(manager)
            catch_up = OthersDrain.catch_up
            held = lambda *given: (exchanged.set(), go_on.wait(10), catch_up(*given))[2]  # noqa: E731
            monkeypatch.setattr(OthersDrain, "catch_up", held)
            return result

        monkeypatch.setattr(manager.healer, "_fill", filled)
        assert opened is not None
        opened._database.condemn("a page that nobody reads is damaged")
        manager.healer.look()
        assert exchanged.wait(10)

        reader = threading.Thread(target=lambda: said.extend([kept.items(), kept.pop()]))
        reader.start()
        reader.join(0.5)  # Who does not wait has an answer by then, a wrong one.
        go_on.set()
        reader.join(10)
        manager.healer.wait()

        assert (manager.healer.healed, said, kept.items()) == (1, [["first", "second"], "second"], ["first"])


def test_a_flush_while_the_new_database_is_given_what_it_lacks_waits_for_all_of_it(
    store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with begin(store_path, 0, drain_interval=600, segment_bytes=4096) as manager:
        Keeping(manager, "talk").add(["first"])
        manager.flush()
        draining = manager.journal.draining
        monkeypatch.setattr(draining._others, "catch_up", lambda *given: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            draining.exchange(lambda: None)
        monkeypatch.undo()

        manager.flush()

        assert draining._others.caught_up
        assert manager.journal.health().drained == manager.journal.writer.number


def speak_and_drain(manager: JarvisContextManager) -> None:
    """So much that some of its segments are full, drained and given up."""
    for number in range(50):
        manager.update_task_progress("open", {"percentage": number, "note": "x" * 300})
    manager.flush()


def test_it_waits_while_another_orchestrator_has_the_database_open(
    manager: JarvisContextManager, store_path: Path
) -> None:
    other = begin(store_path, 1, name="other")
    damage.delete_database(store_path)

    heal(manager)
    said = manager.status()["damaged"]
    other.close()
    later(manager, healer.LONGEST_PAUSE)
    heal(manager)

    assert "once nobody else has it open: other (process " in said[0]
    assert (manager.healer.healed, manager.status()["damaged"]) == (1, [])


def test_tries_that_come_to_nothing_grow_rare(manager: JarvisContextManager, store_path: Path) -> None:
    tries: list[float] = []
    damage.delete_database(store_path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manager.healer, "_fill", lambda new: tries.append(manager._clock.steady()) or 1 // 0)
        for _ in range(400):
            heal(manager)
            later(manager, 2)

    assert [round(b - a) for a, b in pairwise(tries)] == [4, 8, 16, 32, 64, 128, 256]
    assert "It could not be made anew: integer division" in manager.status()["damaged"][0]


def test_a_disk_on_which_it_goes_again_and_again_is_not_filled_with_copies(
    manager: JarvisContextManager, store_path: Path
) -> None:
    for _ in range(healer.MOST + 2):
        (store_path / DATABASE).unlink(missing_ok=True)
        heal(manager)
        later(manager, healer.LONGEST_PAUSE)

    assert manager.healer.healed == healer.MOST
    assert "so the next start does it" in manager.status()["damaged"][0]


def test_the_next_report_says_it(manager: JarvisContextManager, store_path: Path, tmp_path: Path) -> None:
    damage.delete_database(store_path)
    heal(manager)
    manager.flush()
    copy = shutil.copytree(store_path, tmp_path / "died")
    (copy / "run-jarvis.lock").unlink()

    with begin(copy, 2) as successor:
        report = successor.recovery_report

    assert report is not None
    assert "from 5 segments and 2 checkpoint files" in report.healed[0]
    assert "The database was made anew" in render(report, width=400)


def test_a_run_that_ends_with_a_damaged_database_leaves_it_to_the_next_start(store_path: Path) -> None:
    with begin(store_path, 0) as manager:
        manager.update_task_progress("open", {"percentage": 70})
        manager.flush()
        damage.delete_database_and_log(store_path)

    with begin(store_path, 1) as successor:
        assert "turned out to be damaged" in successor._opened.damage[0]
        assert successor.tasks()[0]["percentage"] == 70
        assert not condemned(store_path / DATABASE).exists()


def test_a_store_without_a_file_is_never_made_anew(store_path: Path) -> None:
    with begin(store_path, 0, store="memory") as manager:
        heal(manager)

        assert (manager.healer.healed, manager.status()["damaged"]) == (0, [])


def test_it_waits_for_a_worker_of_the_run_which_is_heard_meanwhile(
    manager: JarvisContextManager, store_path: Path
) -> None:
    ground = manager._opened.ground
    worker = pen("jarvis", store_path / "journal", ground.marks, empty("jarvis", 1), ground.clock, None)
    worker.append("AttributeSet", "worker", {"value": 1})
    damage.delete_database(store_path)

    heal(manager)
    said, healed = manager.status()["damaged"], manager.healer.healed
    wait_until(lambda: "worker" in manager.attributes())
    worker.segment.seal()
    worker.segment.close()
    later(manager, healer.LONGEST_PAUSE)
    heal(manager)
    manager.flush()

    assert (healed, manager.healer.healed) == (0, 1)
    assert f"once nobody else has it open: writer {worker.writer}" in said[0]
    assert manager.journal.health().drained == manager.journal.health().appended


def test_what_is_sealed_stays_sealed(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREW_KEY", "5c" * 32)
    with begin(store_path, 0, encryption_key="env:CREW_KEY") as manager:
        manager.update_task_progress("open", {"description": "a plain word", "percentage": 70})
        damage.delete_database(store_path)
        heal(manager)
        manager.flush()

        assert manager.healer.healed == 1
        assert manager.tasks()[0]["description"] == "a plain word"
        shown = tables(store_path / DATABASE)
    assert [row["description"] for row in shown["task_progress"]] == ["[sealed]"]
    assert "a plain word" not in str(shown)


def test_a_forked_child_that_had_not_used_the_database_takes_the_new_one(
    manager: JarvisContextManager, store_path: Path
) -> None:
    healed, tell = os.pipe()
    child = forked(lambda: os.read(healed, 1) and manager._opened.store.events.watermarks())

    damage.delete_database(store_path)
    heal(manager)
    os.write(tell, b"!")

    assert (manager.healer.healed, os.waitpid(child, 0)[1]) == (1, 0)
    os.close(healed), os.close(tell)


def forked(work: Callable[[], object]) -> int:
    """A child that ends with 0 once `work` has answered something; one that hangs ends by itself."""
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        done = False
        try:
            done = bool(work())
        finally:
            os._exit(not done)
    return child
