"""The sync's promises: one sync for many callers, and a failed one never believed afterwards."""

from __future__ import annotations

import itertools
import os
import shutil
import threading

import pytest

from jarvis_ctx.errors import JournalUnavailable
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.segment import Segment
from jarvis_ctx.journal.writer import Writer
from tests.unit.journal.build import Store, numbers, wait_until


def fail(descriptor: int) -> None:
    raise OSError(5, "planted")


def test_process_durability_does_not_wait_for_a_sync(journal: Journal) -> None:
    journal.append("TaskProgressed", "t", {})

    assert (journal._sync.syncs, journal.health().synced) == (0, 0)


def test_power_durability_returns_after_the_sync(store: Store) -> None:
    with store.journal(durability="power") as journal:
        journal.append("TaskProgressed", "t", {})

        assert (journal._sync.syncs, journal._sync.number) == (1, 1)
        assert next(journal.marks.writers()).synced == 1


def test_callers_that_wait_together_share_one_sync(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on, sync = threading.Event(), threading.Event(), Segment.sync

    def slow(segment: Segment) -> None:
        begun.set()
        go_on.wait(10)
        sync(segment)

    with store.journal(durability="power") as journal:
        monkeypatch.setattr(Segment, "sync", slow)
        callers = [threading.Thread(target=journal.append, args=("TaskProgressed", f"t{n}", {})) for n in range(8)]
        callers[0].start()
        begun.wait(10)
        for caller in callers[1:]:
            caller.start()
        wait_until(lambda: journal.writer.number == 8)
        go_on.set()
        for caller in callers:
            caller.join()

        assert (journal._sync.number, journal._sync.syncs) == (8, 2)


def test_a_signal_handler_that_appends_in_the_middle_of_a_sync_is_durable_too(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = Segment.sync

    def reentered(segment: Segment) -> None:
        monkeypatch.setattr(Segment, "sync", sync)
        journal.append("TaskProgressed", "inner", {})
        sync(segment)

    with store.journal(durability="power") as journal:
        monkeypatch.setattr(Segment, "sync", reentered)
        journal.append("TaskProgressed", "outer", {})

        assert journal._sync.number == 2


def test_a_failed_sync_is_answered_by_a_copy_that_syncs(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.journal() as journal:
        journal.append("TaskProgressed", "t", {})
        journal.append("TaskProgressed", "u", {})
        old, failures = journal.writer.segment, iter([fail])
        monkeypatch.setattr(
            "jarvis_ctx.journal.segment.sync_data", lambda fd: next(failures, lambda fd: os.fdatasync(fd))(fd)
        )

        journal.sync()

        assert journal.health().synced == 2
        assert journal.writer.segment.path != old.path
        assert not old.path.exists()
        assert numbers(store.gather().events) == [1, 2]
        assert journal.append("TaskProgressed", "v", {}) == 3


def test_a_disk_that_syncs_nothing_acknowledges_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.journal(durability="power") as journal:
        monkeypatch.setattr("jarvis_ctx.journal.segment.sync_data", fail)
        for _ in range(3):
            with pytest.raises(JournalUnavailable, match="planted"):
                journal.append("TaskProgressed", "t", {})

        assert (journal._sync.number, journal.health().sync_error) == (0, "planted")
        monkeypatch.undo()
        journal.append("TaskProgressed", "t", {})
        assert journal._sync.number == 4


def test_what_was_replaced_is_still_drained_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.journal() as journal:
        journal.append("TaskProgressed", "t", {})
        journal.flush()
        journal.append("TaskProgressed", "u", {})
        failures = iter([fail])
        monkeypatch.setattr(
            "jarvis_ctx.journal.segment.sync_data", lambda fd: next(failures, lambda fd: os.fdatasync(fd))(fd)
        )
        journal.sync()

        journal.flush()

        assert [row.number for row in store.database.events.events("jarvis", {})] == [1, 2]


def replaced_after_a_look(journal: Journal, monkeypatch: pytest.MonkeyPatch, looks: int) -> None:
    """No segment can be synced, and another thread finds that after so many looks at the list of them."""
    committed, counted = journal.writer.committed, itertools.count(1)
    for segment in journal.writer.segments:
        segment.sync_failed = True

    def looked() -> list[tuple[Segment, int, int]]:
        seen = committed()
        if next(counted) == looks:
            journal.sync()
        return seen

    monkeypatch.setattr(Writer, "committed", lambda writer: looked())


@pytest.mark.parametrize("looks", [1, 2])
def test_a_segment_replaced_in_the_middle_of_a_drain_is_drained_from_its_copy(
    store: Store, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    with store.journal(mapped=False) as journal:
        while len(journal.writer.segments) < 3:
            journal.append("TaskProgressed", "t", {"note": "x" * 1000})
        replaced_after_a_look(journal, monkeypatch, looks)

        journal.flush()
        journal.drain_once()

        drained = [row.number for row in store.database.events.events("jarvis", {})]
        assert drained == list(range(1, journal.writer.number + 1))
        assert len(journal.writer.segments) == 1


def test_a_background_that_cannot_make_the_next_segment_still_syncs(store: Store) -> None:
    with store.journal(sync_interval=0.001) as journal:
        journal._supply.size = 1 << 62
        journal.append("TaskProgressed", "t", {})
        journal.start()

        wait_until(lambda: journal.health().synced == 1 and journal.health().sync_error != "")

        assert journal._supply._ready is None


def test_a_segment_that_somebody_deleted_is_written_again_under_another_name(store: Store) -> None:
    with store.journal() as journal:
        journal.append("TaskProgressed", "t", {})
        journal.writer.segment.path.unlink()

        journal.sync()
        journal.append("TaskProgressed", "u", {})

        assert numbers(store.gather().events) == [1, 2]


def test_where_no_new_segment_can_be_made_a_deleted_one_acknowledges_nothing_more(store: Store) -> None:
    with store.journal() as journal:
        journal.append("TaskProgressed", "t", {})
        shutil.rmtree(store.folder)
        with pytest.raises(JournalUnavailable):
            journal.sync()

        with pytest.raises(JournalUnavailable):
            journal.append("TaskProgressed", "u", {})

        assert journal.writer.number == 1
