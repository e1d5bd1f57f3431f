"""Gathering's promises: files before the store, each event once, damage and loss named."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.codec import compress
from jarvis_ctx.errors import StoreUnavailable, Unreadable
from jarvis_ctx.journal import archive, frame, read
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.marks import APPENDED, WRITER
from jarvis_ctx.journal.ports import Batch, StoredEvent
from tests.unit.journal.build import NAME, Store, numbers, opening, writer_id

FIRST = writer_id(1)


def fill(journal: Journal, segments: int = 3) -> None:
    """Append until the journal has so many segments."""
    while len(journal.writer.segments) < segments:
        journal.append("TaskProgressed", f"t{journal.writer.number}", {"note": "x" * 500})


def flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


def frame_of(store: Store, number: int) -> tuple[Path, frame.Frame]:
    return next((s.path, f) for s in store.segments() for f in s.frames if f.number == number)


def test_events_in_segments_and_store_are_gathered_once_from_the_segments(store: Store, journal: Journal) -> None:
    for n in range(5):
        journal.append("TaskProgressed", f"t{n}", {})
    journal.flush()

    gathered = store.gather(database=True)

    assert numbers(gathered.events) == [1, 2, 3, 4, 5]
    assert gathered.sources == {"segments": 5}


def test_what_the_files_lack_comes_from_the_store(store: Store, journal: Journal) -> None:
    fill(journal)
    journal.flush()
    lost = store.segments()[0]
    lost.path.unlink()

    gathered = store.gather(database=True)

    assert numbers(gathered.events) == list(range(1, journal.writer.number + 1))
    assert gathered.sources["store"] == lost.last
    assert gathered.lost == {}


def test_a_gap_in_the_middle_of_a_segment_is_filled_from_the_store(store: Store, journal: Journal) -> None:
    for n in range(5):
        journal.append("TaskProgressed", f"t{n}", {})
    journal.flush()
    path, found = frame_of(store, 3)
    flip(path, found.offset + 40)

    gathered = store.gather(database=True)

    assert numbers(gathered.events) == [1, 2, 3, 4, 5]
    assert gathered.sources == {"segments": 4, "store": 1}
    assert len(gathered.damaged) == 1
    assert f"{path} has {frame.size(len(found.payload))} damaged bytes at {found.offset}." in gathered.damaged


def test_what_is_nowhere_any_more_is_named_by_its_numbers(store: Store, journal: Journal) -> None:
    for n in range(5):
        journal.append("TaskProgressed", f"t{n}", {})
    for number in (2, 3):
        path, found = frame_of(store, number)
        flip(path, found.offset + 40)

    assert store.gather().lost == {FIRST: [(2, 3)]}


def test_a_tail_that_only_the_marks_know_of_is_lost_and_named(store: Store, journal: Journal) -> None:
    for n in range(5):
        journal.append("TaskProgressed", f"t{n}", {})
    path, found = frame_of(store, 4)
    path.write_bytes(path.read_bytes()[: found.offset])

    gathered = store.gather()

    assert (numbers(gathered.events), gathered.lost) == ([1, 2, 3], {FIRST: [(4, 5)]})


def test_a_tail_that_only_the_beginning_of_a_segment_tells_of_is_named(store: Store, journal: Journal) -> None:
    while len(journal.writer.segments) < 2:
        journal.append("TaskProgressed", "t", {"text": "x" * 100})
    first, second = store.segments()
    for segment, found in ((first, first.frames[-2]), (second, second.frames[0])):
        segment.path.write_bytes(segment.path.read_bytes()[: found.offset])
    (store.folder / "marks").unlink()

    assert store.gather().lost == {FIRST: [(first.last - 1, first.last)]}


def test_a_wrong_mark_is_no_reason_to_run_out_of_memory(store: Store, journal: Journal) -> None:
    journal.append("TaskProgressed", "t", {})
    journal.marks.cells[journal.marks.slot(WRITER, FIRST) + APPENDED] = 2**60

    assert store.gather().lost == {FIRST: [(2, 2**60)]}


def test_only_events_after_the_position_are_gathered(store: Store, journal: Journal) -> None:
    for n in range(5):
        journal.append("TaskProgressed", f"t{n}", {})

    assert numbers(store.gather({FIRST: 3}).events) == [4, 5]
    assert store.gather({FIRST: 5}).lost == {}


def test_another_orchestrators_events_are_left_out(store: Store, journal: Journal) -> None:
    journal.append("TaskProgressed", "mine", {})
    with store.journal(name="other") as other:
        other.append("TaskProgressed", "theirs", {})

        assert [e.subject for e in store.gather().events] == ["mine"]
        assert [e.subject for e in store.gather(name="other").events] == ["theirs"]


def test_archived_segments_are_gathered_without_a_database(store: Store, journal: Journal) -> None:
    fill(journal)
    journal.flush()
    moved = journal.archive({FIRST: journal.writer.number})

    gathered = store.gather()

    assert len(moved) == 2
    assert numbers(gathered.events) == list(range(1, journal.writer.number + 1))
    assert set(gathered.sources) == {"archive", "segments"}


def test_a_damaged_archive_is_named_and_the_store_has_its_events(store: Store, journal: Journal) -> None:
    fill(journal)
    journal.flush()
    broken, *_ = journal.archive({FIRST: journal.writer.number})
    flip(broken, broken.stat().st_size // 2)

    gathered = store.gather(database=True)

    assert numbers(gathered.events) == list(range(1, journal.writer.number + 1))
    assert any(str(broken) in sentence for sentence in gathered.damaged)


def test_damage_that_was_archived_is_still_named(store: Store) -> None:
    with store.journal(1) as journal:
        for n in range(3):
            journal.append("TaskProgressed", f"t{n}", {})
    path, found = frame_of(store, 2)
    flip(path, found.offset + 40)
    archive.move_in(read.read_segment(path), store.folder / "archive")

    gathered = store.gather()

    assert (numbers(gathered.events), gathered.lost) == ([1, 3], {FIRST: [(2, 2)]})
    assert len(gathered.damaged) == 1


def test_a_damaged_row_of_the_store_is_named_and_not_believed(store: Store, journal: Journal) -> None:
    journal.append("TaskProgressed", "t", {"percentage": 40})
    journal.flush()
    [row] = store.database.events.events(NAME, {})
    rotten = StoredEvent(row.writer, row.number, row.digest, row.payload.replace("40", "99"))
    store.database.events.remove(FIRST, [1])
    store.database.events.write(Batch(openings={FIRST: opening()}, rows=[rotten]))
    store.segments()[0].path.unlink()

    gathered = store.gather(database=True)

    assert (gathered.events, gathered.lost) == ([], {FIRST: [(1, 1)]})
    assert gathered.damaged == [f"Event 1 of writer {FIRST} in the database is damaged."]


def test_a_store_that_cannot_be_used_is_named_and_the_files_suffice(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: Any) -> Any:
        raise StoreUnavailable(path="db", reason="locked")

    journal.append("TaskProgressed", "t", {})
    monkeypatch.setattr(store.database.events, "events", broken)

    gathered = store.gather(database=True)

    assert numbers(gathered.events) == [1]
    assert gathered.damaged == ["The database db cannot be used: locked."]


def test_a_segment_with_a_damaged_beginning_is_read_for_whom_the_marks_name(store: Store, journal: Journal) -> None:
    journal.append("TaskProgressed", "t", {})
    flip(store.segments()[0].path, 20)

    gathered = store.gather()

    assert numbers(gathered.events) == [1]
    assert len(gathered.damaged) == 1
    assert store.gather(name="other").events == []


def test_a_segment_of_a_form_to_come_is_damage_and_no_crash(store: Store, journal: Journal) -> None:
    journal.append("TaskProgressed", "t", {})
    segment = journal.writer.segment
    segment.append(1, b'{"from":"the future"}', frame.SEAL)

    gathered = store.gather()

    assert numbers(gathered.events) == [1]
    assert len(gathered.damaged) == 1


def test_an_event_whose_side_file_is_gone_is_damaged_and_lost(store: Store, journal: Journal) -> None:
    journal.append("AttributeSet", "a", {"value": "x" * 100_000})
    journal.append("AttributeSet", "b", {"value": 1})
    for side_file in (store.folder / "values").iterdir():
        side_file.unlink()

    gathered = store.gather()

    assert (numbers(gathered.events), gathered.lost) == ([2], {FIRST: [(1, 1)]})
    assert "the side file of an event cannot be read" in gathered.damaged[0]


def test_an_event_whose_side_file_cannot_be_read_just_now_is_not_taken_for_lost(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append("AttributeSet", "a", {"value": "x" * 100_000})
    [side_file] = (store.folder / "values").iterdir()
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: fail() if path == side_file else read(path))

    with pytest.raises(Unreadable, match=side_file.name):
        store.gather()

    monkeypatch.undo()
    assert numbers(store.gather().events) == [1]


def fail() -> bytes:
    raise OSError(errno.EIO, "planted")


def test_the_greatest_epoch_of_the_segments_is_told(store: Store) -> None:
    for epoch in (3, 5, 4):
        with store.journal(epoch) as journal:
            journal.append("TaskProgressed", "t", {})

    assert store.gather().epoch == 5


def test_a_bomb_in_the_archive_is_refused(store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LIMIT", 1000)
    folder = store.folder / "archive"
    folder.mkdir(mode=0o700)
    (folder / f"{NAME}.{FIRST}-1-9.seg.zst").write_bytes(compress.compress(bytes(1001)))

    gathered = store.gather()

    assert gathered.events == []
    assert len(gathered.damaged) == 1
