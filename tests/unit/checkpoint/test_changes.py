"""A checkpoint of what changed since a whole one gives the state that folding gives."""

from __future__ import annotations

from typing import cast

from hypothesis import assume, given
from hypothesis import strategies as st

from jarvis_ctx.checkpoint.changes import encoded, put_into
from jarvis_ctx.checkpoint.contents import contents, digest
from jarvis_ctx.journal import fold
from jarvis_ctx.journal.fold_tasks import TASK_HANDLERS
from jarvis_ctx.journal.pictures import Pictures
from jarvis_ctx.journal.writer import Writer
from jarvis_ctx.model.event import PROJECTED_KINDS, Event
from tests.unit.checkpoint.taking import Pen
from tests.unit.journal.events import valid_events

MANY = 1000


@given(valid_events(), valid_events(), st.integers(0, 3))
def test_a_base_and_what_changed_since_are_the_state_that_was_folded(
    before: list[Event], after: list[Event], drained: int
) -> None:
    pen = Pen(fold.empty("jarvis", 3))
    pictures = Pictures(cast(Writer, pen))
    for event in before:
        pen.fold(event)
    pen.dirty.take(drained)
    base = pictures.whole()
    whole = contents(base)
    for event in after:
        pen.fold(event)
        pen.dirty.take(drained)

    changes = pictures.changes(MANY)
    assume(changes is not None)
    assert changes is not None
    put_into(base, encoded(changes, digest(whole)))

    base.position, base.stamp = changes.position, changes.stamp
    assert base == pen.state


def test_what_goes_by_task_is_what_the_pen_notes() -> None:
    assert set(TASK_HANDLERS) <= PROJECTED_KINDS


def test_nothing_but_what_changed_is_in_the_changes() -> None:
    pen = Pen(fold.empty("jarvis", 3))
    pictures = Pictures(cast(Writer, pen))
    for number in range(50):
        pen.fold(told(number + 1, f"t{number}", 10))
    pictures.whole()

    pen.fold(told(51, "t7", 20))

    changes = pictures.changes(MANY)
    assert changes is not None
    assert list(changes.fields["tasks"]) == ["t7"]
    assert set(changes.fields) == {"tasks", "steps"}
    assert (changes.tasks, changes.position) == (50, {"w": 51})


def test_what_was_not_written_yet_when_the_state_was_taken_whole_is_written_all_the_same() -> None:
    pen = Pen(fold.empty("jarvis", 3))
    for number in range(5):
        pen.fold(told(number + 1, f"t{number}", 10))
    Pictures(cast(Writer, pen)).whole()
    pen.fold(told(6, "t1", 20))

    owed, taken = pen.dirty.unwritten, pen.dirty.take(3) | pen.dirty.take(MANY)

    assert (owed, taken, pen.dirty.unwritten) == (6, {f"t{number}" for number in range(5)}, 0)
    assert pen.dirty.changed() == {"t1"}


def test_a_restore_leaves_nothing_to_build_upon() -> None:
    pen = Pen(fold.empty("jarvis", 3))
    pictures = Pictures(cast(Writer, pen))
    pictures.whole()

    pen.state.tasks = {}

    assert pictures.changes(MANY) is None


def told(number: int, task: str, percentage: int) -> Event:
    return Event("w", number, number, "r", "TaskProgressed", task, {"percentage": percentage})
