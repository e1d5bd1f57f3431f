"""The marks' promises: the documented layout, one slot a name, seen by every process, damage noticed."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.errors import CorruptData, JournalUnavailable
from jarvis_ctx.journal.marks import (
    APPENDED,
    DRAINED,
    EPOCH,
    ORCHESTRATOR,
    OWNER,
    SLOTS,
    SYNCED,
    WRITER,
    Marks,
    claim_epoch,
    viewed,
)

NAME = "0000000100000001"


@pytest.fixture(params=[True, False], ids=["mapped", "written"])
def marks(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Marks]:
    """Open marks, both ways."""
    opened = Marks(tmp_path / "marks", mapped=request.param)
    yield opened
    opened.close()


def test_the_page_has_the_documented_layout(marks: Marks) -> None:
    slot = marks.writer_slot(NAME, "jarvis", 7)
    marks.cells[slot + APPENDED], marks.cells[slot + SYNCED], marks.cells[slot + DRAINED] = 30, 20, 10

    page = marks.path.read_bytes()

    kind, epoch, appended, synced, drained, _, owner, _ = struct.unpack_from("<8Q", page, 128)
    assert (len(page), page[:8]) == (65_536, b"JCTXMRK1")
    assert (kind, epoch, appended, synced, drained) == (2, 7, 30, 20, 10)
    assert page[128 + 64 : 256].rstrip(b"\0").decode() == NAME
    assert page[owner * 8 + 64 : owner * 8 + 128].rstrip(b"\0") == b"jarvis"


def test_what_one_process_writes_another_sees_at_once(marks: Marks) -> None:
    slot = marks.slot(ORCHESTRATOR, "jarvis")
    viewer = viewed(marks.path)

    marks.cells[slot + EPOCH] = 5

    assert viewer.epoch("jarvis") == 5
    viewer.close()


def test_a_name_keeps_its_slot(marks: Marks) -> None:
    first = marks.slot(ORCHESTRATOR, "jarvis")

    assert marks.slot(ORCHESTRATOR, "jarvis") == first
    assert marks.slot(WRITER, "jarvis") != first


def test_an_unknown_orchestrator_has_epoch_0(marks: Marks) -> None:
    assert marks.epoch("nobody") == 0


def test_a_writers_mark_tells_how_far_it_has_come_and_for_whom(marks: Marks) -> None:
    slot = marks.writer_slot(NAME, "jarvis", 3)
    marks.cells[slot + APPENDED] = 12

    [mark] = marks.writers()

    assert (mark.writer, mark.orchestrator, mark.epoch, mark.appended, mark.drained) == (NAME, "jarvis", 3, 12, 0)


def test_a_freed_slot_is_taken_again_and_starts_from_zero(marks: Marks) -> None:
    slot = marks.writer_slot(NAME, "jarvis", 3)
    marks.cells[slot + APPENDED] = 12
    marks.free(NAME)

    assert marks.writer_slot("0000000200000001", "jarvis", 4) == slot
    assert marks.cells[slot + APPENDED] == 0


def test_full_marks_are_a_typed_error(marks: Marks) -> None:
    for n in range(SLOTS):
        marks._take(WRITER, f"{n:016x}")

    with pytest.raises(JournalUnavailable, match="all 511 marks are taken by living writers"):
        marks.slot(WRITER, "one more")


def test_writers_that_find_no_slot_are_counted_until_the_next_run_begins(marks: Marks) -> None:
    claim_epoch(marks, "jarvis", 1)
    for n in range(SLOTS - marks.taken()):
        marks._take(WRITER, f"{n:016x}")
    for name in ("one more", "and another"):
        with pytest.raises(JournalUnavailable):
            marks.writer_slot(name, "jarvis", 1)

    refused = marks.refused("jarvis")
    claim_epoch(marks, "jarvis", 2)

    assert (refused, marks.refused("jarvis"), marks.refused("nobody")) == (2, 0, 0)


@pytest.mark.parametrize("damage", [b"", b"\0" * 65_536, b"JCTXMRK2", b"x" * 65_536, b"JCTXMRK1" + bytes(10)])
def test_a_page_that_is_not_ours_is_never_written_over(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "marks"
    path.write_bytes(damage)

    if damage.strip(b"\0") == b"":  # Killed between making and marking the page: it is ours and empty.
        Marks(path, mapped=True).close()
        return
    with pytest.raises(CorruptData):
        Marks(path, mapped=True)
    assert path.read_bytes() == damage


@pytest.mark.parametrize("bit", [0, 3, 20, 61, 63])
def test_a_mark_whose_owner_is_hit_belongs_to_nobody_and_is_still_read_and_given_back(marks: Marks, bit: int) -> None:
    slot = marks.writer_slot(NAME, "jarvis", 3)
    marks.cells[slot + APPENDED] = 12
    marks.cells[slot + OWNER] ^= 1 << bit

    [mark] = marks.writers()
    marks.free(NAME)

    assert (mark.writer, mark.orchestrator, mark.appended) == (NAME, "", 12)
    assert (marks.path.stat().st_size, list(marks.writers())) == (65_536, [])


@pytest.mark.parametrize("bit", [32, 40, 63])
def test_an_epoch_that_cannot_be_is_none(marks: Marks, bit: int) -> None:
    claim_epoch(marks, "jarvis", 3)
    marks.cells[marks.slot(ORCHESTRATOR, "jarvis") + EPOCH] ^= 1 << bit

    assert marks.epoch("jarvis") == 0


def test_a_viewer_makes_and_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        viewed(tmp_path / "marks")

    assert list(tmp_path.iterdir()) == []
