"""The sync's promises: one sync for many callers, and a failed one never believed afterwards."""

from __future__ import annotations

import itertools
import os
import shutil
import threading

import pytest

from jarvis_ctx.errors import JournalUnavailable
from jarvis_ctx.journal import read
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.segment import Segment, path_of
from jarvis_ctx.journal.writer import Writer
from tests.unit.journal.build import CutOff, Store, numbers, wait_until, writer_id


def fail(descriptor: int) -> None:
    raise OSError(5, "planted")


def fail_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next sync of a segment fail."""
    calls = iter([fail])
    monkeypatch.setattr("jarvis_ctx.journal.segment.sync_data", lambda fd: next(calls, os.fdatasync)(fd))


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
        old = journal.writer.segment
        fail_once(monkeypatch)

        journal.sync()

        assert journal.health().synced == 2
        assert journal.writer.segment is not old
        assert [path.name for path in store.folder.glob("*.seg")] == [old.path.name]
        assert numbers(store.gather().events) == [1, 2]
        assert journal.append("TaskProgressed", "v", {}) == 3


def test_a_disk_that_syncs_nothing_acknowledges_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.journal(durability="power") as journal:
        monkeypatch.setattr("jarvis_ctx.journal.segment.sync_data", fail)
        for _ in range(3):
            with pytest.raises(JournalUnavailable, match="planted"):
                journal.append("TaskProgressed", "t", {})

        assert (journal._sync.number, journal.health().sync_error) == (0, "planted")
        assert len(list(store.folder.glob("*.seg"))) == 1
        monkeypatch.undo()
        journal.append("TaskProgressed", "t", {})
        assert journal._sync.number == 4


def test_what_is_durable_stays_until_a_copy_of_it_is_and_that_has_its_name(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.journal() as journal:
        journal.append("TaskProgressed", "t", {})
        journal.sync()
        durable = journal.writer.segment.path
        journal.append("TaskProgressed", "t", {})
        monkeypatch.setattr("jarvis_ctx.journal.segment.sync_data", fail)
        for _ in range(3):
            with pytest.raises(JournalUnavailable, match="planted"):
                journal.sync()
        kept = read.read_segment(durable).last
        journal.append("TaskProgressed", "t", {})
        tries = len(list(store.folder.glob("*.seg")))
        monkeypatch.undo()

        journal.sync()

        assert (kept, tries) == (2, 2)
        assert list(store.folder.glob("*.seg")) == [durable]
        assert numbers(store.gather().events) == [1, 2, 3]


@pytest.mark.parametrize("synced", [True, False])
def test_a_copy_of_a_segment_that_is_not_the_last_keeps_the_order_of_the_names(
    store: Store, monkeypatch: pytest.MonkeyPatch, synced: bool
) -> None:
    with store.journal() as journal:
        journal.append("TaskProgressed", "t", {})
        if synced:
            journal.sync()
        while len(journal.writer.segments) < 2:
            journal.append("TaskProgressed", "t", {"note": "x" * 1000})
        journal._supply.prepare()
        fail_once(monkeypatch)

        journal.sync()

        last = journal.writer.number
        begun = [segment.opening.first for segment in store.segments() if segment.opening]
    with store.journal(2) as successor:
        successor.drain_once()

    assert begun == sorted(begun)
    assert store.database.events.watermarks() == {writer_id(1): last}


def test_a_deleted_segment_that_is_not_the_last_is_written_again_in_its_place(store: Store) -> None:
    with store.journal() as journal:
        while len(journal.writer.segments) < 2:
            journal.append("TaskProgressed", "t", {"note": "x" * 1000})
        journal.writer.segments[0].path.unlink()

        journal.sync()

        first = store.segments()[0]
        assert (first.path, first.frames[0].number) == (path_of(store.folder, journal.writer.writer, 1), 1)


def test_what_was_replaced_is_still_drained_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.journal() as journal:
        journal.append("TaskProgressed", "t", {})
        journal.flush()
        journal.append("TaskProgressed", "u", {})
        fail_once(monkeypatch)
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


def test_a_segment_that_somebody_deleted_is_written_again(store: Store) -> None:
    with store.journal() as journal:
        journal.append("TaskProgressed", "t", {})
        journal.writer.segment.path.unlink()

        journal.sync()
        journal.append("TaskProgressed", "u", {})

        assert numbers(store.gather().events) == [1, 2]


def test_an_interrupt_in_the_middle_of_a_copy_leaves_nothing_of_it(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append("TaskProgressed", "t", {})
    before = sorted(store.folder.glob("*.seg"))
    interrupted = CutOff(Segment.copy, 1, KeyboardInterrupt, after=True)
    with monkeypatch.context() as patched:
        fail_once(patched)
        patched.setattr(Segment, "copy", lambda *both: interrupted(*both))
        with pytest.raises(KeyboardInterrupt):
            journal.sync()

    journal.sync()

    assert sorted(store.folder.glob("*.seg")) == before
    assert (journal.health().synced, numbers(store.gather().events)) == (1, [1])


def test_where_no_new_segment_can_be_made_a_deleted_one_acknowledges_nothing_more(store: Store) -> None:
    with store.journal() as journal:
        journal.append("TaskProgressed", "t", {})
        shutil.rmtree(store.folder)
        with pytest.raises(JournalUnavailable):
            journal.sync()

        with pytest.raises(JournalUnavailable):
            journal.append("TaskProgressed", "u", {})

        assert journal.writer.number == 1
