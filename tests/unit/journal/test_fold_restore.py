"""A restore in the fold: the same state in any order of arrival, and nothing of what it left behind."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jarvis_ctx.journal import fold
from jarvis_ctx.journal.fold_restore import Branch, restore_body
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.model.restored import abandoned, branch, stands_on
from jarvis_ctx.model.state import State
from tests.unit.journal.build import NAME
from tests.unit.journal.events import valid_events

OWNER = WriterId("owner")


def empty() -> State:
    return fold.empty(NAME, 3)


def restored(to: State, time: int, number: int = 1) -> Event:
    """The owner's event that sets the state back to `to`."""
    return Event(OWNER, number, time, RunId("r"), "MomentRestored", "noon", restore_body(to, "noon", "r@1"))


def branch_of(state: State) -> dict[str, object]:
    """What a restore sets back."""
    return {name: getattr(state, name) for name in Branch.__struct_fields__}


def progress(number: int, time: int, writer: str = "a", task: str = "x") -> Event:
    return Event(WriterId(writer), number, time, RunId("r"), "TaskProgressed", task, {"percentage": number})


@given(valid_events(), st.data())
def test_after_a_restore_the_state_is_that_of_the_moment(arrived: list[Event], data: st.DataObject) -> None:
    ordered = sorted(arrived, key=lambda event: event.stamp)
    to = fold.fold(empty(), ordered[: data.draw(st.integers(0, len(ordered)))])
    state = fold.fold(empty(), arrived)

    fold.apply(state, restored(to, time=1000))

    assert branch_of(state) == branch_of(to)
    assert (state.late, state.unreadable) == ({}, {})


@given(valid_events(), st.data())
def test_what_arrives_after_a_restore_and_is_older_changes_nothing(arrived: list[Event], data: st.DataObject) -> None:
    heard = data.draw(st.integers(0, len(arrived)))
    to = fold.fold(empty(), arrived[: data.draw(st.integers(0, heard))])
    back = restored(to, time=1000)
    live = fold.fold(empty(), arrived[:heard])
    fold.apply(live, back)

    for event in arrived[heard:]:
        fold.apply(live, event)

    assert live == fold.fold(empty(), [*arrived, back])


@given(valid_events(), st.data())
def test_a_checkpoint_on_either_side_of_a_restore_leads_to_the_same_state(
    arrived: list[Event], data: st.DataObject
) -> None:
    times = data.draw(st.integers(1, 30))
    back = restored(fold.fold(empty(), []), time=times)
    ordered = sorted([*arrived, back], key=lambda event: event.stamp)
    cut = data.draw(st.integers(0, len(ordered)))

    in_two = fold.fold(fold.fold(empty(), ordered[:cut]), ordered[cut:])

    assert in_two == fold.fold(empty(), [*arrived, back])


def test_a_restore_that_arrives_behind_what_came_after_it_is_noticed() -> None:
    state = fold.fold(empty(), [progress(1, 5)])

    fold.apply(state, restored(empty(), time=3))

    assert state.late == {"noon": 1}


def test_a_restore_older_than_the_latest_is_kept_for_the_record_alone() -> None:
    to = fold.fold(empty(), [progress(1, 1)])
    state = empty()
    fold.apply(state, restored(to, time=9, number=2))

    fold.apply(state, restored(empty(), time=5, number=1))

    assert (list(state.tasks), [known.at[0] for known in state.restores]) == (["x"], [5, 9])


def test_facts_about_runs_and_points_stay_where_they_are() -> None:
    mark = Event(WriterId("a"), 1, 2, RunId("r"), "RecoveryPointMarked", "noon", {"label": "noon", "checkpoint": "c"})
    state = fold.fold(empty(), [mark])

    fold.apply(state, restored(empty(), time=3))

    assert (len(state.points), state.position) == (1, {"a": 1, OWNER: 1})


def test_a_return_to_a_branch_that_was_left_stands_on_that_branch_again() -> None:
    early, between = fold.fold(empty(), [progress(1, 1)]), progress(2, 3)
    state = fold.fold(empty(), [progress(1, 1), between])
    late = state.copy()
    fold.apply(state, restored(early, time=5))
    one = stands_on(state.restores, state.position, between)

    fold.apply(state, restored(late, time=8, number=2))

    assert (one, stands_on(state.restores, state.position, between)) == (False, True)
    assert [(begin[0], end[0]) for begin, end in abandoned(state.restores)] == [(3, 8)]
    assert len(branch(state.restores)) == 2


def test_what_a_moment_had_not_read_is_no_part_of_it_however_early() -> None:
    state = fold.fold(empty(), [progress(1, 2)])
    fold.apply(state, restored(state.copy(), time=5))
    early = progress(1, 1, writer="b")

    fold.apply(state, early)

    assert not stands_on(state.restores, state.position, early)
    assert state.tasks["x"].updated == (2, "a", 1)


def test_what_is_told_of_a_run_is_no_latecomer_of_an_attribute_that_has_its_name() -> None:
    state = fold.fold(empty(), [Event(WriterId("b"), 1, 2, RunId("r"), "AttributeSet", "x", {"value": 1})])

    fold.apply(state, Event(WriterId("a"), 1, 1, RunId("r"), "ExceptionRaised", "x", {"place": "main"}))

    assert state.late == {}
