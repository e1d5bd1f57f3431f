"""The archive's promises: nothing that is still written or needed goes in, and a dead run leaves nothing behind."""

from __future__ import annotations

import pytest

from jarvis_ctx.journal import archive, read
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.marks import APPENDED, FREE, ORCHESTRATOR, OWNER, WRITER
from tests.unit.journal.build import NAME, Store, numbers, opening, writer_id

FIRST, SECOND = writer_id(1), writer_id(2)
ALL = 1 << 40


def fill(journal: Journal, segments: int = 3) -> None:
    while len(journal.writer.segments) < segments:
        journal.append("TaskProgressed", f"t{journal.writer.number}", {"note": "x" * 500})


def test_a_segment_that_the_checkpoints_do_not_cover_stays(store: Store, journal: Journal) -> None:
    fill(journal)
    journal.flush()
    covered = store.segments()[0].last

    moved = journal.archive({FIRST: covered + 1})

    assert [archived.last for archived in archive.listing(store.folder / "archive")] == [covered]
    assert len(moved) == 1


def test_a_segment_that_the_store_lacks_stays(store: Store, journal: Journal) -> None:
    fill(journal)
    journal.flush()
    store.database.events.remove(FIRST, [2])

    assert journal.archive({FIRST: ALL}) == []


def test_the_segments_in_use_and_in_reserve_stay(store: Store, journal: Journal) -> None:
    journal.append("TaskProgressed", "t", {})
    journal.flush()
    journal._supply.prepare()

    assert journal.archive({FIRST: ALL}) == []
    assert len(store.segments()) == 2


def test_who_does_not_drain_does_not_archive(store: Store, journal: Journal) -> None:
    with store.journal(name="other") as other:
        other.drain_once()

        assert journal.archive({FIRST: ALL}) == []


def test_an_open_segment_of_a_child_of_the_same_run_stays(store: Store, journal: Journal) -> None:
    with store.pen(journal.marks, opening(1, 2)) as child:
        child.append("TaskProgressed", "t", {})
        journal.drain_once()

        journal.archive({child.writer: ALL})
        child.append("TaskProgressed", "t", {})

        assert numbers(store.gather().events) == [1, 2]


def test_a_dead_runs_segments_are_archived_and_its_marks_given_back(store: Store) -> None:
    with store.journal(1) as dead:
        fill(dead)
    with store.journal(2) as journal:
        journal.flush()
        journal.drain_once()

        journal.archive({FIRST: ALL})

        assert [mark.writer for mark in journal.marks.writers()] == [SECOND]
    assert set(read.segment_paths(store.folder)) == {SECOND}
    assert numbers(store.gather().events) == list(range(1, dead.writer.number + 1))


def test_a_dead_runs_unused_reserve_goes(store: Store) -> None:
    with store.journal(1) as dead:
        dead.append("TaskProgressed", "t", {})
        dead._supply.prepare()
    with store.journal(2) as journal:
        journal.drain_once()

        journal.archive({FIRST: ALL})

        assert set(read.segment_paths(store.folder)) == {SECOND}
        assert [mark.writer for mark in journal.marks.writers()] == [SECOND]


def test_a_hundred_crashes_leave_a_folder_that_does_not_grow(store: Store) -> None:
    for epoch in range(1, 101):
        with store.journal(epoch) as journal:
            journal.append("TaskProgressed", "t", {})
            journal._supply.prepare()
            journal.drain_once()
            journal.archive({writer_id(epoch - 1): ALL})

    assert set(read.segment_paths(store.folder)) == {writer_id(100)}


def test_another_orchestrators_segments_and_reserve_are_not_ours_to_archive(store: Store) -> None:
    with store.journal(1, name="other") as other:
        other.append("TaskProgressed", "t", {})
        other._supply.prepare()
        with store.journal(9) as journal:
            journal.drain_once()

            journal.archive({other.writer.writer: ALL})

            assert len(read.segment_paths(store.folder)[other.writer.writer]) == 2


def test_no_flipped_bit_makes_another_orchestrators_reserve_ours(store: Store) -> None:
    with store.journal(1, name="other") as other, store.journal(9) as journal:
        other.append("TaskProgressed", "t", {})
        other._supply.prepare()
        marks, writer = journal.marks, other.writer.writer
        marks.cells[marks.slot(WRITER, writer) + OWNER] = marks.slot(ORCHESTRATOR, NAME)

        journal.archive({writer: ALL})

        assert writer in journal._archiver._overtaken()
        assert len(read.segment_paths(store.folder)[writer]) == 2


def test_a_damaged_beginning_is_no_empty_segment(store: Store) -> None:
    with store.journal(1) as dead:
        dead.append("TaskProgressed", "t", {})
    [path] = read.segment_paths(store.folder)[FIRST]
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(data)
    with store.journal(2) as journal:
        journal.drain_once()

        journal.archive({FIRST: ALL})

    assert path.exists()
    assert [event.subject for event in store.gather(name=NAME).events] == ["t"]


def test_a_segment_that_its_own_orchestrator_archives_meanwhile_is_no_error(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.journal(1, name="other") as other:
        other.append("TaskProgressed", "t", {})
    listing = read.segment_paths(store.folder)
    listing[other.writer.writer][0].unlink()
    monkeypatch.setattr(read, "segment_paths", lambda folder: listing)

    assert journal.archive({}) == []


def test_the_marks_of_a_child_that_ended_are_given_back_while_the_run_lives(store: Store, journal: Journal) -> None:
    with store.pen(journal.marks, opening(1, 2)) as child:
        child.append("TaskProgressed", "t", {})

    journal._try_to_drain()

    assert [mark.writer for mark in journal.marks.writers()] == [FIRST]
    assert journal.writer.state.position == {child.writer: 1}


def test_the_marks_of_a_child_that_lives_stay(store: Store, journal: Journal) -> None:
    with store.pen(journal.marks, opening(1, 2)) as child:
        child.append("TaskProgressed", "t", {})

        journal._try_to_drain()

        assert [mark.writer for mark in journal.marks.writers()] == [FIRST, child.writer]


def test_the_marks_of_an_ended_child_whose_tail_is_lost_stay(store: Store, journal: Journal) -> None:
    with store.pen(journal.marks, opening(1, 2)) as child:
        child.append("TaskProgressed", "t", {})
    journal.marks.cells[journal.marks.slot(WRITER, child.writer) + APPENDED] = 5

    journal._try_to_drain()

    assert [mark.writer for mark in journal.marks.writers()] == [FIRST, child.writer]
    assert child.writer in store.gather().lost


def test_full_marks_keep_nobody_from_writing_where_a_writer_has_ended(store: Store, journal: Journal) -> None:
    with store.pen(journal.marks, opening(1, 2)) as child:
        child.append("TaskProgressed", "t", {})
    while journal.marks._find(FREE, None) is not None:
        journal.marks._take(WRITER, "of whom nothing is known")

    with store.pen(journal.marks, opening(1, 3)) as newer:
        newer.append("TaskProgressed", "u", {})

    assert child.writer not in journal.marks.owners()
    assert [event.subject for event in store.gather().events] == ["t", "u"]
