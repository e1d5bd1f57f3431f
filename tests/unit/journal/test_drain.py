"""The drain's promises: every event once in the store, whoever wrote it, and nothing forgotten when the store fails."""

from __future__ import annotations

import errno
import os
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.errors import Fenced, StoreInUse, StoreUnavailable
from jarvis_ctx.journal import archive, fold, others, read, segment
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.marks import claim_epoch
from jarvis_ctx.journal.ports import Batch
from jarvis_ctx.journal.segment import path_of
from tests.unit.journal.build import NAME, CutOff, Store, numbers, opening, writer_id


def rows(store: Store, name: str = NAME) -> list[tuple[str, int]]:
    return [(row.writer, row.number) for row in store.database.events.events(name, {})]


def test_a_drained_event_is_in_the_store_as_it_was_written(store: Store, journal: Journal) -> None:
    journal.append("TaskProgressed", "t", {"percentage": 40})

    assert journal.drain_once() == 1

    [row] = store.database.events.events(NAME, {})
    [segment] = store.segments()
    assert (row.payload.encode(), row.digest) == (segment.frames[0].payload, segment.frames[0].digest.hex())


def test_draining_again_moves_nothing(store: Store, journal: Journal) -> None:
    journal.append("TaskProgressed", "t", {})
    journal.drain_once()

    assert journal.drain_once() == 0
    assert rows(store) == [(journal.writer.writer, 1)]


def test_a_changed_task_reaches_its_row_with_its_events(store: Store, journal: Journal) -> None:
    journal.append("TaskClaimed", "t", {"method": "m", "key": "k", "attempt": 1})
    journal.append("StepStarted", "t", {"key": "s", "name": "charge"})

    journal.drain_once()

    assert store.database.events.tasks[NAME, "t"].status == "in_progress"
    assert store.database.events.steps[NAME, "t", "s"].status == "started"


def test_what_the_store_refused_is_moved_at_the_next_try(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append("TaskProgressed", "t", {"percentage": 40})
    monkeypatch.setattr(store.database.events, "write", refuse)
    with pytest.raises(StoreUnavailable):
        journal.drain_once()
    monkeypatch.undo()

    journal.drain_once()

    assert rows(store) == [(journal.writer.writer, 1)]
    assert store.database.events.tasks[NAME, "t"].percentage == 40


def test_a_backlog_of_more_than_a_batch_is_drained_in_order(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jarvis_ctx.journal.drain.BATCH_BYTES", 2000)
    for n in range(200):
        journal.append("TaskProgressed", f"t{n}", {"note": "x" * 100})

    moved = [journal.drain_once() for _ in range(50)]

    assert sum(moved) == 200
    assert 0 < max(moved) < 30
    assert [number for _, number in rows(store)] == list(range(1, 201))


def test_a_drained_full_segment_is_sealed_cut_and_given_up(store: Store, journal: Journal) -> None:
    while len(journal.writer.segments) < 3:
        journal.append("TaskProgressed", "t", {"note": "x" * 500})

    journal.flush()

    sealed = [segment for segment in store.segments() if segment.seal is not None]
    assert len(journal.writer.segments) == 1
    assert [segment.seal.last for segment in sealed if segment.seal] == [segment.last for segment in sealed]
    assert all(segment.path.stat().st_size < 16_384 for segment in sealed)


def test_a_segment_that_nothing_was_written_to_is_given_up_too(store: Store, journal: Journal) -> None:
    journal.append("TaskProgressed", "t", {})
    journal.writer._open_segment()
    journal.writer.segment = journal.writer._open_segment()
    journal.append("TaskProgressed", "t", {})

    journal.flush()

    assert len(journal.writer.segments) == 1
    assert numbers(store.gather().events) == [1, 2]


class Interrupted(deque[Any]):
    """Takes what is appended, and raises."""

    def append(self, item: Any) -> None:
        super().append(item)
        raise KeyboardInterrupt


def test_after_an_interrupt_at_the_turn_of_a_segment_nothing_is_written_to_the_full_one(
    store: Store, journal: Journal
) -> None:
    listed = journal.writer.segments
    journal.writer.segments = Interrupted(listed)
    with pytest.raises(KeyboardInterrupt):
        all(journal.append("TaskProgressed", "t", {"note": "x" * 1000}) for _ in range(20))
    journal.writer.segments = deque(journal.writer.segments)

    for _ in range(2):
        journal.append("TaskProgressed", "t", {})
        journal.flush()

    assert len(journal.writer.segments) == 1
    found = [segment for segment in store.segments() if segment.opening and segment.frames]
    assert [each.opening.first for each in found if each.opening] == [each.frames[0].number for each in found]
    assert numbers(store.gather().events) == list(range(1, 1 + journal.writer.number))


def test_flush_returns_with_every_earlier_event_in_the_store(store: Store, journal: Journal) -> None:
    for n in range(500):
        journal.append("TaskProgressed", f"t{n}", {})

    journal.flush()

    assert store.database.events.watermarks() == {journal.writer.writer: 500}


def test_a_flush_in_the_middle_of_this_threads_append_is_refused_as_the_drain_may_wait_for_that(
    store: Store, journal: Journal
) -> None:
    journal.append("TaskProgressed", "t", {})

    with pytest.raises(StoreInUse):
        journal.writer.undisturbed(journal.flush)

    journal.flush()
    assert store.database.events.watermarks() == {journal.writer.writer: 1}


def test_flush_says_when_the_store_takes_too_long(store: Store, journal: Journal) -> None:
    with store.journal(name="other") as other:
        other.drain_once()  # It holds the drain role, and drains nothing more.
        journal.append("TaskProgressed", "t", {})

        with pytest.raises(StoreUnavailable, match="1 events were not drained"):
            journal.flush(timeout=0.02)


def test_flush_ends_in_time_however_much_the_drain_has_to_do(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = iter([1] * 100)
    for n in range(3):
        journal.append("TaskProgressed", f"t{n}", {})
    monkeypatch.setattr(journal.draining, "once", lambda: next(turns))

    with pytest.raises(StoreUnavailable, match="3 events were not drained within 0"):
        journal.flush(timeout=0.0)


def test_the_holder_of_the_role_drains_other_orchestrators_too(store: Store, journal: Journal) -> None:
    journal.drain_once()
    with store.journal(name="other") as other:
        other.append("TaskProgressed", "t", {})

        journal.drain_once()
        other.flush(timeout=5)

    assert rows(store, "other") == [(other.writer.writer, 1)]


@pytest.mark.parametrize(("mapped", "written"), [(True, (segment, "_length_into")), (False, (os, "pwrite"))])
def test_a_number_that_was_drained_before_its_call_was_interrupted_is_not_used_again(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch, mapped: bool, written: tuple[Any, str]
) -> None:
    journal.drain_once()
    with store.journal(name="other", mapped=mapped) as other:
        other.append("TaskProgressed", "t", {})
        with monkeypatch.context() as patched:
            patched.setattr(*written, CutOff(getattr(*written), 1, KeyboardInterrupt, after=True))
            with pytest.raises(KeyboardInterrupt):
                other.append("TaskProgressed", "interrupted", {})
        journal.drain_once()
        other.append("TaskProgressed", "acknowledged", {})
        journal._try_to_drain()

    drained = [(row.number, row.payload.encode()) for row in store.database.events.events("other", {})]
    assert drained == [(each.number, each.payload) for found in store.segments() for each in found.frames]
    assert "acknowledged" in other.writer.state.tasks


def test_one_that_says_much_keeps_neither_this_process_nor_the_others_waiting(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jarvis_ctx.journal.others.BATCH_BYTES", 2000)
    journal.drain_once()
    with speaking_beside(store, journal) as loud, store.pen(journal.marks, opening(1, 3)) as quiet:
        for n in range(200):
            loud.append("TaskProgressed", f"t{n}", {"note": "x" * 100})
        quiet.append("TaskProgressed", "u", {})
        journal.append("TaskProgressed", "v", {})

        moved = [journal.drain_once(), journal.drain_once()]

    known = store.database.events.watermarks()
    assert (known[writer_id(1)], known[writer_id(1, 3)], sum(moved)) == (1, 1, known[writer_id(1, 2)] + 2)
    assert known[writer_id(1, 2)] < 30


def test_what_another_has_left_is_drained_batch_by_batch_to_the_last(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jarvis_ctx.journal.others.BATCH_BYTES", 2000)
    journal.drain_once()
    with speaking_beside(store, journal) as loud:
        for n in range(300):
            loud.append("TaskProgressed", f"t{n}", {"note": "x" * 100})

        assert journal._try_to_drain()

    assert [number for _, number in rows(store)] == list(range(1, 301))


def test_the_role_passes_on_when_its_holder_ends(store: Store) -> None:
    with store.journal(1) as first:
        first.append("TaskProgressed", "t", {})
        first.drain_once()
    with store.journal(2) as second:
        second.append("TaskProgressed", "u", {})

        assert second.drain_once() == 1


def test_a_dead_writers_events_are_drained_by_the_next_run(store: Store) -> None:
    with store.journal(1) as first:
        first.append("TaskProgressed", "t", {})
    with store.journal(2) as second:
        second.drain_once()

    assert rows(store) == [(writer_id(1), 1)]


def test_a_new_database_gets_its_past_back_from_segments_and_archive(store: Store) -> None:
    with store.journal(1) as first:
        while len(first.writer.segments) < 3:
            first.append("TaskProgressed", "t", {"note": "x" * 500})
        first.flush()
        archived = first.archive({first.writer.writer: first.writer.number})
        last = first.writer.number
    store.database = type(store.database)()

    with store.journal(2) as second:
        second.drain_once()

    assert len(archived) == 2
    assert store.database.events.watermarks() == {writer_id(1): last}


def test_a_past_whose_later_events_are_found_before_earlier_ones_is_drained_whole(store: Store) -> None:
    with store.journal(1) as first:
        while len(first.writer.segments) < 4:
            first.append("TaskProgressed", "t", {"note": "x" * 500})
        paths = [segment.path for segment in first.writer.segments]
    paths[0].rename(path_of(store.folder, first.writer.writer, 9))
    archive.move_in(read.read_segment(paths[2]), store.folder / "archive")

    with store.journal(2) as second:
        second.drain_once()

    assert store.database.events.watermarks() == {writer_id(1): first.writer.number}


def test_a_long_past_keeps_a_flush_no_longer_than_it_would_wait_and_is_drained_in_the_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jarvis_ctx.journal.others.EVENTS", 10)
    with store.journal(1) as first:
        while len(first.writer.segments) < 4:
            first.append("TaskProgressed", "t", {"note": "x" * 500})
    with store.journal(2) as second:
        second.append("TaskProgressed", "u", {})

        with pytest.raises(StoreUnavailable, match="1 events were not drained"):
            second.flush(timeout=0.0)
        known = store.database.events.watermarks()
        second.flush()

    assert list(known) == [writer_id(1)]
    assert rows(store) == [(writer_id(1), n) for n in range(1, first.writer.number + 1)] + [(writer_id(2), 1)]


def test_a_past_that_the_store_refuses_is_drained_at_the_next_try(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.pen(journal.marks, opening(1, 2)) as other:
        other.append("TaskProgressed", "t", {})
    monkeypatch.setattr(store.database.events, "write", refuse)
    with pytest.raises(StoreUnavailable):
        journal.drain_once()
    monkeypatch.undo()

    journal.drain_once()

    assert rows(store) == [(writer_id(1, 2), 1)]


def test_a_segment_with_a_damaged_beginning_is_drained_for_the_orchestrator_the_marks_name(store: Store) -> None:
    with store.journal(1) as first:
        first.append("TaskProgressed", "t", {})
    damage(store, offset=20)

    with store.journal(2) as second:
        second.drain_once()

    assert rows(store) == [(writer_id(1), 1)]


def test_an_overtaken_run_drains_nothing_and_gives_the_role_back(store: Store, journal: Journal) -> None:
    journal.drain_once()
    journal.append("TaskProgressed", "t", {})
    claim_epoch(journal.marks, NAME, 2)

    assert journal.drain_once() == 0
    assert not journal.draining.role.held
    with pytest.raises(Fenced):
        journal.flush()


def test_what_an_overtaken_run_drained_before_it_noticed_is_taken_back(store: Store) -> None:
    with store.journal(1) as stale:
        stale.append("TaskProgressed", "t", {"percentage": 10})
        state = fold.fold(fold.empty(NAME, 100), store.gather().events)
        state.fences = dict(state.position)
        stale.append("TaskProgressed", "t", {"percentage": 99})
        stale.flush()
    with store.journal(2, state=state) as successor:
        successor.drain_once()

    assert rows(store) == [(writer_id(1), 1)]


def test_segments_of_a_dead_run_with_a_lost_tail_are_not_read_at_each_turn(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.journal(1) as dead:
        dead.append("TaskProgressed", "t", {})
        state = fold.fold(fold.empty(NAME, 100), store.gather().events)
        state.fences = dict(state.position)
        dead.append("TaskProgressed", "t", {})  # Its mark says so, and the successor knows that it is gone.
    with store.journal(2, state=state) as successor:
        successor.drain_once()
        looked = list[str]()
        monkeypatch.setattr(read, "read_segment", lambda path: looked.append(path.name))

        successor.drain_once()

    assert looked == []


def test_a_forked_childs_or_a_commands_events_are_drained_and_told(store: Store, journal: Journal) -> None:
    journal.drain_once()
    told: list[Any] = []
    journal.on_others = told.extend
    with speaking_beside(store, journal) as other:
        other.append("TaskProgressed", "t", {"percentage": 7})

        assert journal._try_to_drain()

    assert [(e.writer, e.number) for e in told] == [(writer_id(1, 2), 1)]
    assert journal.writer.state.tasks["t"].percentage == 7
    assert rows(store) == [(writer_id(1, 2), 1)]


def test_each_turn_tells_what_was_heard_though_it_be_nothing(store: Store, journal: Journal) -> None:
    told: list[Any] = []
    journal.on_others = told.append

    assert journal._try_to_drain()

    assert told == [[]]


def test_something_said_that_cannot_be_read_stops_nobody(store: Store, journal: Journal) -> None:
    with speaking_beside(store, journal) as other:
        other.append("AttributeSet", "a", {"value": "x" * 100_000})
        other.append("AttributeSet", "b", {"value": 1})
        for side_file in (store.folder / "values").iterdir():
            side_file.unlink()

        assert journal._try_to_drain()

    assert set(journal.writer.state.attributes) == {"b"}
    assert len(journal.hearing.damaged) == 1


@pytest.mark.parametrize("unread", [2, 3])
def test_something_said_that_cannot_be_read_just_now_is_heard_at_the_next_turn(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch, unread: int
) -> None:
    opened, name = Path.open, f"{writer_id(1, unread)}-000001.seg"
    with store.pen(journal.marks, opening(1, 2)) as second, store.pen(journal.marks, opening(1, 3)) as third:
        second.append("AttributeSet", "a", {"value": 1})
        third.append("AttributeSet", "b", {"value": 1})
        monkeypatch.setattr(
            Path, "open", lambda at, *how, **too: refused() if at.name == name else opened(at, *how, **too)
        )
        with suppress(OSError):
            journal._listen()
        monkeypatch.undo()

        assert journal._try_to_drain()

    assert set(journal.writer.state.attributes) == {"a", "b"}


def refused() -> Any:
    raise OSError(errno.EIO, "planted")


def test_the_background_goes_on_after_any_error_and_shows_it(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    journal.append("TaskProgressed", "t", {})
    monkeypatch.setattr(store.database.events, "write", lambda batch: [][1])
    assert not journal._try_to_drain()
    shown = journal.health().drain_error
    monkeypatch.undo()

    assert journal._try_to_drain()

    assert (shown, journal.health().drain_error) == ("list index out of range", "")
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_the_threads_drain_by_themselves(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    drained, write = threading.Event(), store.database.events.write
    monkeypatch.setattr(store.database.events, "write", lambda batch: (write(batch), drained.set()))
    with store.journal(drain_interval=0.001, sync_interval=0.001) as journal:
        journal.start()

        journal.append("TaskProgressed", "t", {})

        assert drained.wait(5)


def test_close_drains_syncs_and_leaves_no_thread(store: Store, journal: Journal) -> None:
    journal.start()
    journal.append("TaskProgressed", "t", {})
    journal.finish({"ending": "closed"})

    journal.close()

    assert store.database.events.watermarks() == {journal.writer.writer: 2}
    assert journal.health().synced == 2
    assert not [t for t in threading.enumerate() if t.name.startswith("jarvis-ctx-keep")]


def test_a_close_without_a_store_leaves_everything_in_the_segments(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    journal.append("TaskProgressed", "t", {})
    monkeypatch.setattr(store.database.events, "write", refuse)

    journal.close(timeout=0.02)

    assert numbers(store.gather().events) == [1]
    assert "the next start goes on from the segments" in caplog.text


def refuse(batch: Batch) -> None:
    raise StoreUnavailable(path="db", reason="locked")


def damage(store: Store, offset: int) -> None:
    """Flip a byte in each segment."""
    for path in store.folder.glob("*.seg"):
        data = bytearray(path.read_bytes())
        data[offset] ^= 1
        path.write_bytes(data)


def speaking_beside(store: Store, journal: Journal) -> Any:
    """A second writer of the same run, as a forked child or a command has."""
    return store.pen(journal.marks, opening(1, 2))


def test_chunks_of_a_foreign_segment_are_bounded() -> None:
    rows = [others.StoredEvent("w", n, "", "x" * 600_000) for n in range(1, 6)]

    chunks = list(others.chunks(rows))

    assert [[row.number for row in chunk] for chunk in chunks] == [[1, 2], [3, 4], [5]]


def test_marks_that_know_no_such_writer_leave_its_nameless_segment_alone(store: Store) -> None:
    with store.journal(1) as first:
        first.append("TaskProgressed", "t", {})
        first.marks.free(first.writer.writer)
    damage(store, offset=20)

    with store.journal(2) as second:
        second.drain_once()

    assert rows(store) == []
