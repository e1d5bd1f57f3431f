"""`durability="power"`: a call returns when an fdatasync has covered it; callers that wait together share one."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash import damage
from tests.crash.calls import token_of
from tests.crash.harness import Stage

pytestmark = pytest.mark.crash

CALLERS = 8
UNSYNCED = {"sync_interval": 3600, "drain_interval": 3600}


def test_a_call_returns_after_its_sync(store_path: Path) -> None:
    with JarvisContextManager(store_path, durability="power", sync_interval=3600) as manager:
        sync, before = manager.journal._sync, manager.journal._sync.syncs

        for said in range(5):
            manager.add_message("user", said)
            assert sync.number >= manager.journal.writer.number

        assert sync.syncs == before + 5


def test_a_call_waits_for_no_sync_when_only_the_process_can_die(store_path: Path) -> None:
    with JarvisContextManager(store_path, sync_interval=3600) as manager:
        before = manager.journal._sync.syncs

        manager.add_message("user", "hello")

        assert manager.journal._sync.syncs == before


def test_callers_that_wait_together_share_one_sync(store_path: Path) -> None:
    with JarvisContextManager(store_path, durability="power", sync_interval=3600) as manager:
        sync, before = manager.journal._sync, manager.journal._sync.syncs
        target = manager.journal.writer.number + CALLERS
        callers = [threading.Thread(target=manager.add_message, args=("user", said)) for said in range(CALLERS)]

        with sync._lock:  # A disk that is busy: none of them gets its turn before all have written.
            for caller in callers:
                caller.start()
            while manager.journal.writer.number < target:
                pass
            assert sync.number < target
        for caller in callers:
            caller.join()

        assert (sync.number, sync.syncs) == (target, before + 1)


def test_after_a_power_loss_what_came_through_without_something_before_it_is_set_aside_for_good(stage: Stage) -> None:
    stage.write(calls=60, threads=1, settings=UNSYNCED)
    damage.unwrite_a_page(stage.store)

    first, again = stage.verify(plant="rebooted", ending="kill"), stage.verify(whole=True)

    lost, report = sorted(first.database.lost, key=token_of), first.checked.report
    assert lost == sorted(stage.said().acknowledged, key=token_of)[-len(lost) :]
    assert first.events.lost == again.database.lost == again.events.lost == first.database.lost
    assert report is not None
    assert report.cause.cause == "power-loss"
    ((writer, gaps),) = report.events_lost.items()
    assert (len(gaps), sum("are set aside" in said for said in report.damage)) == (1, 1)
    assert writer in str(report.damage)


def test_a_run_whose_beginning_and_mark_went_with_the_power_is_set_aside_in_the_database_too(stage: Stage) -> None:
    stage.write(calls=60, threads=1, settings=UNSYNCED)
    damage.unwrite_the_first_event(stage.store)
    damage.delete_marks(stage.store)

    first, again = stage.verify(plant="rebooted", ending="kill"), stage.verify(whole=True)

    assert (first.told, again.told) == (set(), set())
    assert set(again.events.lost) == stage.said().acknowledged


def test_after_a_kill_damage_costs_only_what_is_damaged(stage: Stage) -> None:
    stage.write(calls=60, threads=1, settings=UNSYNCED)
    damage.unwrite_a_page(stage.store)

    lost = stage.verify().events.lost

    assert lost
    assert max(stage.said().acknowledged, key=token_of) not in lost
