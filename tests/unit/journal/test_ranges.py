"""What is missing is named as ranges, however much it is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jarvis_ctx.journal.ranges import joined, missing


@given(st.sets(st.integers(1, 40)), st.integers(1, 40), st.integers(0, 40))
def test_the_ranges_are_exactly_the_numbers_not_found(found: set[int], first: int, last: int) -> None:
    gaps = missing(found, first, last)

    named = [number for start, end in gaps for number in range(start, end + 1)]
    assert named == sorted(set(range(first, last + 1)) - found)


def test_neighbours_are_one_range() -> None:
    assert missing([3, 6], 1, 7) == [(1, 2), (4, 5), (7, 7)]


def test_a_gap_larger_than_any_list_costs_nothing() -> None:
    assert missing([], 1, 2**63) == [(1, 2**63)]


def test_ranges_that_meet_are_joined_and_others_stay_apart() -> None:
    assert joined([(1, 2), (4, 5)], [(6, 7), (9, 9)]) == [(1, 2), (4, 7), (9, 9)]
    assert joined([(1, 2)], [(4, 5)]) == [(1, 2), (4, 5)]
    assert joined([], [(1, 2)]) == [(1, 2)]
