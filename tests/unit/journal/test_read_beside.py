"""Who reads beside a busy writer takes nothing of it out of turn, though one segment is read before the next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jarvis_ctx.journal import frame, read
from jarvis_ctx.journal.hearing import Hearing
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.writer import Writer
from tests.unit.journal.build import Store, numbers, opening

NOTE = {"note": "x" * 500}


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets a writer go on to its next segment just after somebody has read the one it writes, at these of the reads."""

    def arrange(writer: Writer, *at: bool) -> None:
        as_it_is, turns = read.read_segment, iter(at)
        writer.supply.prepare()

        def read_segment(path: Path) -> read.SegmentData:
            found = as_it_is(path)
            if path == writer.segment.path and next(turns, False):
                go_on_to_the_next_segment(writer)
                writer.supply.prepare()
            return found

        monkeypatch.setattr(read, "read_segment", read_segment)

    return arrange


def go_on_to_the_next_segment(writer: Writer) -> None:
    """As many calls as the segment holds, and one in the next, which may have been made ready."""
    before = len(writer.segments)
    while len(writer.segments) == before:
        writer.append("TaskProgressed", "t", NOTE)


@pytest.mark.parametrize("drains_already", [True, False])
def test_the_holder_of_the_role_leaves_no_gap_in_what_a_busy_orchestrator_says(
    store: Store, journal: Journal, busy: Callable[..., None], drains_already: bool
) -> None:
    with store.journal(name="other") as other:
        if drains_already:
            journal.drain_once()
        other.append("TaskProgressed", "t", NOTE)
        busy(other.writer, True)

        journal._try_to_drain()
        journal._try_to_drain()
        said = other.writer.number

    assert [row.number for row in store.database.events.events("other", {})] == list(range(1, said + 1))


def test_a_run_that_is_busy_all_the_time_is_looked_at_without_gaps(
    store: Store, journal: Journal, busy: Callable[..., None]
) -> None:
    journal.append("TaskProgressed", "t", NOTE)
    busy(journal.writer, True, False, True)

    gathered = store.gather()

    assert numbers(gathered.events) == list(range(1, len(gathered.events) + 1))
    assert gathered.lost == {}


def test_a_worker_is_heard_no_further_than_its_mark_says_that_it_has_come(store: Store, journal: Journal) -> None:
    with store.pen(journal.marks, opening(1, 2)) as worker:
        ear, mark = Hearing(store.folder, journal.marks, journal.writer), worker._appended_cell
        for subject in ("first", "missed by the read", "found by it"):
            worker.append("TaskProgressed", subject, {})
        missed = worker.segment.path.read_bytes()

        journal.marks.cells[mark] = 1
        worker.segment.path.write_bytes(without(2, missed, worker.writer))
        heard = ear.take()
        journal.marks.cells[mark] = 3
        worker.segment.path.write_bytes(missed)
        heard += ear.take()

    assert [event.subject for event in heard] == ["first", "missed by the read", "found by it"]


def without(number: int, data: bytes, writer: str) -> bytes:
    """What a read finds that passed the frame's place before it was there."""
    [found] = [each for each in frame.scan(data, writer) if isinstance(each, frame.Frame) and each.number == number]
    return data[: found.offset] + bytes(4) + data[found.offset + 4 :]
