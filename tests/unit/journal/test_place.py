"""A place in the journal can be handed out, brought back, and gone on from exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis_ctx.errors import UnknownPosition
from jarvis_ctx.journal import place
from jarvis_ctx.journal.place import ALL, BEGINNING, Place

WRITERS = st.sampled_from([f"{epoch:08x}{writer:08x}" for epoch in range(1, 4) for writer in range(3)])
EVENTS = st.lists(st.tuples(WRITERS, st.integers(1, 50)), max_size=40)


@given(events=EVENTS)
def test_a_token_brought_back_is_the_same_place(events: list[tuple[str, int]]) -> None:
    here = Place(1, {})
    for writer, number in events:
        here.add(writer, number)

    assert place.read(here.token()) == here


@given(events=EVENTS)
def test_what_was_read_is_covered_and_nothing_beyond_it(events: list[tuple[str, int]]) -> None:
    here = Place(0, {})
    for writer, number in events:
        here.add(writer, number)

    assert all(here.covers(writer, number) for writer, number in events)
    assert not any(here.covers(writer, number + 1) for writer, number in here.numbers.items())


def test_with_a_new_epoch_the_writers_of_the_old_ones_are_covered_without_being_named() -> None:
    old, new = "00000001aaaaaaaa", "00000002bbbbbbbb"
    here = Place(1, {old: 7, new: 3})

    here.begin(2)

    assert here.numbers == {new: 3}
    assert here.covers(old, 1_000)
    assert here.position([old, new, "00000002cccccccc"]) == {old: ALL, new: 3, "00000002cccccccc": 0}


def test_a_copy_goes_on_by_itself() -> None:
    here = Place(1, {})

    here.copy().add("0000000100000000", 1)

    assert here.numbers == {}


def test_the_beginning_covers_nothing() -> None:
    assert not place.read(BEGINNING).covers("0000000000000000", 1)


@pytest.mark.parametrize("token", ["", "x", "kw", "é", "=", "kgGBoXgB", "kgGBsDAwMDAwMDAxMTExMTExMTH_"])
def test_what_was_never_given_is_refused(token: str) -> None:
    with pytest.raises(UnknownPosition):
        place.read(token)
