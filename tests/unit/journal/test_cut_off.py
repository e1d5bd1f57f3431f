"""After a power loss a state is one that was: what came through without something before it is set aside, and named."""

from __future__ import annotations

from jarvis_ctx.journal.cut_off import set_aside
from jarvis_ctx.journal.gather import Gathered
from jarvis_ctx.journal.marks import WriterMark
from tests.unit.journal.build import NAME, event, numbers, writer_id

WRITER = writer_id(1)


def left(*found: int, lost: list[tuple[int, int]]) -> Gathered:
    return Gathered(events=[event(n) for n in found], last={WRITER: found[-1]}, lost={WRITER: lost})


def mark(synced: int) -> WriterMark:
    return WriterMark(WRITER, 1, appended=9, synced=synced, drained=0, sync_time=0, orchestrator=NAME)


def test_of_what_was_not_synced_only_what_has_all_before_it_is_kept() -> None:
    gathered = left(1, 2, 3, 5, 6, 8, lost=[(4, 4), (7, 7), (9, 9)])

    set_aside(gathered, {}, [mark(synced=2)], epoch=1)

    assert numbers(gathered.events) == [1, 2, 3]
    assert (gathered.lost, gathered.last) == ({WRITER: [(4, 9)]}, {WRITER: 3})
    (said,) = gathered.damaged
    assert said.startswith("3 events of writer 0000000100000001 came through the power loss without number 4")


def test_damage_in_what_was_synced_costs_only_what_is_damaged() -> None:
    gathered = left(1, 3, 4, 6, lost=[(2, 2), (5, 5)])

    set_aside(gathered, {}, [mark(synced=4)], epoch=1)

    assert numbers(gathered.events) == [1, 3, 4]
    assert gathered.lost == {WRITER: [(2, 2), (5, 6)]}


def test_what_a_base_has_is_no_gap_and_another_runs_writers_are_left_alone() -> None:
    gathered, other = left(7, 8, lost=[(9, 9)]), left(1, 3, lost=[(2, 2)])

    set_aside(gathered, {WRITER: 6}, [], epoch=1)
    set_aside(other, {}, [], epoch=2)

    assert (numbers(gathered.events), numbers(other.events)) == ([7, 8], [1, 3])
    assert gathered.damaged == other.damaged == []


def test_a_loss_that_a_base_has_stays_named_where_it_goes_on_into_what_is_set_aside() -> None:
    gathered = left(6, 7, lost=[(3, 5)])

    set_aside(gathered, {WRITER: 4}, [], epoch=1)

    assert gathered.lost == {WRITER: [(3, 7)]}
