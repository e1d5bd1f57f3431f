"""No cleanup takes by what has rotted more of a thread than by what was told."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis_ctx import settings
from jarvis_ctx.adapters.langgraph import JarvisSaver
from jarvis_ctx.errors import StoreDamaged
from jarvis_ctx.graphs.subjects import beneath
from jarvis_ctx.sidecar import JarvisContextManager, clean_offline
from jarvis_ctx.sidecar.opening import DATABASE
from tests.adapters.langgraph.graphs import config, got, put, values
from tests.adapters.langgraph.keeping import noise
from tests.tampering import tamper
from tests.unit.retention.aged import DAY, archived, begin, judged, later, rot
from tests.unit.sidecar.test_healing import heal

NINE = {"said": 9}


def half_dropped(store: Path) -> JarvisContextManager:
    """A run with two threads of which one was dropped; a bit flips, and the other one stands under its name."""
    manager = begin(store, 0)
    saver = JarvisSaver(manager)
    put(saver, config("mine"), {"said": 1}, {"said": 1})
    put(saver, config("nine"), NINE, {"said": 1})
    saver.delete_thread("mine")
    archived(manager)
    tamper(store / DATABASE, "UPDATE events SET subject = replace(subject, 'nine', 'mine') WHERE kind GLOB 'Graph*'")
    return manager


def test_a_run_makes_its_database_anew_before_it_removes_anything(store_path: Path) -> None:
    with half_dropped(store_path) as manager:
        with pytest.raises(StoreDamaged, match="nothing is removed before it was made anew"):
            manager.cleanup(dry_run=False)
        heal(manager)
        manager.flush()

        freed = manager.cleanup(dry_run=False).freed

        assert (manager.healer.healed, freed) == (1, 1)
        assert values(JarvisSaver(manager), config("nine")) == NINE


def test_by_hand_nothing_is_removed_and_the_next_start_makes_it_anew(store_path: Path) -> None:
    half_dropped(store_path).close()
    chosen = settings.load({"path": store_path}, environ={})

    with pytest.raises(StoreDamaged):
        clean_offline(chosen)
    with begin(store_path, 1) as again:
        again.flush()

        assert list(store_path.glob(f"{DATABASE}.damaged*")) != []
        assert values(JarvisSaver(again), config("nine")) == NINE
        assert again.cleanup(dry_run=False).freed == 1


@pytest.mark.parametrize("kept", [0, 1])
@pytest.mark.parametrize("place", ["database", "side file"])
def test_a_thread_of_which_nobody_can_read_whether_it_waits_for_a_person_stays(
    store_path: Path, place: str, kept: int, caplog: pytest.LogCaptureFixture
) -> None:
    with begin(store_path, 0, thread_days=7, thread_checkpoints_kept=kept) as manager:
        saver = JarvisSaver(manager)
        asked = put(saver, config("asked"), {"said": 1}, {"said": 1})
        asked = put(saver, asked, NINE, {"said": 2})
        saver.put_writes(asked, [("__interrupt__", "Shall I?" if place == "database" else noise(1))], "task")
        put(saver, config("other"), NINE, {"said": 1})
        archived(manager, hours=24 * 8)
        if place == "database":
            rot(store_path, "GraphWritesPut")
        else:
            [file] = (store_path / "journal" / "values").iterdir()
            file.write_bytes(file.read_bytes().swapcase())

        dropped = manager.cleanup(dry_run=False)
        later(manager, 7200)
        freed = manager.cleanup(dry_run=False).freed

        assert (dropped.threads, dropped.graph_checkpoints, freed) == (1, 0, 1)
        assert "Nothing of thread 'asked' is dropped" in caplog.text
        assert len(JarvisSaver(manager).reader("asked").source.scan(*beneath("asked"), 9)) == 3


def test_a_drop_that_has_rotted_takes_nothing_that_was_put_while_it_was_told(
    store_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with begin(store_path, 0, thread_days=7) as manager:
        saver = JarvisSaver(manager)
        before = put(saver, config("mine"), {"said": 1}, {"said": 1})
        later(manager, 8 * DAY)
        dropping = judged(manager)
        back = put(saver, before, NINE, {"said": 2})
        for drop in dropping:
            manager.journal.append(*drop)
        saver.put_writes(back, [("said", 10)], "task")
        archived(manager, hours=24 * 8)
        rot(store_path, "GraphThreadDropped")

        dropped = manager.cleanup(dry_run=False).threads
        later(manager, 7200)
        freed = manager.cleanup(dry_run=False).freed

        assert (len(dropping), dropped, freed) == (1, 0, 0)
        assert "Nothing of thread 'mine' is freed" in caplog.text
    (store_path / DATABASE).unlink()
    with begin(store_path, 40) as again:
        again.flush()
        assert got(JarvisSaver(again), back).checkpoint["channel_values"] == NINE


def hidden(store: Path) -> JarvisContextManager:
    """A run that goes on with a thread of an earlier one and has dropped its older checkpoints; a bit flips, and the
    later run's are under no name that anybody asks for.
    """
    with begin(store, 0) as first:
        put(JarvisSaver(first), config("nine"), {"said": 1}, {"said": 1})
    manager = begin(store, 0.1, thread_checkpoints_kept=1)
    saver = JarvisSaver(manager)
    last = put(saver, config("nine"), {"said": 1}, {"said": 1})
    put(saver, last, NINE, {"said": 2})
    archived(manager)
    manager.cleanup(dry_run=False)
    archived(manager)
    flip_owner(store, manager.run.id)
    return manager


def flip_owner(store: Path, run: str) -> None:
    assert tamper(store / DATABASE, "UPDATE writers SET orchestrator = 'jarvhs' WHERE run = ?", run) == 1


def test_a_run_whose_writer_stands_under_another_name_removes_nothing(store_path: Path) -> None:
    with hidden(store_path) as manager:
        with pytest.raises(StoreDamaged, match="under an orchestrator that is not theirs"):
            manager.cleanup(dry_run=False)
        heal(manager)
        manager.flush()

        manager.cleanup(dry_run=False)

        assert manager.healer.healed == 1
        assert values(JarvisSaver(manager), config("nine")) == NINE


def test_a_start_makes_a_database_anew_in_which_a_writer_stands_under_another_name(store_path: Path) -> None:
    hidden(store_path).close()

    with begin(store_path, 1) as again:
        again.flush()

        assert list(store_path.glob(f"{DATABASE}.damaged*")) != []
        assert values(JarvisSaver(again), config("nine")) == NINE
        assert "under an orchestrator that is not its own" in again._opened.damage[0]


@pytest.mark.parametrize("gone", [False, True])
def test_a_cleanup_by_hand_gives_a_new_database_its_threads_back(store_path: Path, gone: bool) -> None:
    hidden(store_path).close()
    for path in store_path.glob(f"{DATABASE}*") if gone else ():
        path.unlink()

    clean_offline(settings.load({"path": store_path}, environ={}))

    with begin(store_path, 1) as again:
        again.flush()
        assert values(JarvisSaver(again), config("nine")) == NINE
