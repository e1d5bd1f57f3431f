"""A checkpoint of what changed since a whole one gives the state that folding gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jarvis_ctx.checkpoint.changes import encoded, put_into
from jarvis_ctx.checkpoint.contents import contents, digest
from jarvis_ctx.journal import fold
from jarvis_ctx.journal import pictures as pictures_room
from jarvis_ctx.journal.dirty import Dirty
from jarvis_ctx.journal.fold_steps import STEP_HANDLERS
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
    assert TASK_HANDLERS.keys() | STEP_HANDLERS.keys() <= PROJECTED_KINDS


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


class Busy(Pen):
    """One that is written with between two looks: half of it before what is looked at is copied, half after."""

    def __init__(self, before: list[Event], meanwhile: list[Event]) -> None:
        super().__init__(fold.empty("jarvis", 3))
        for event in before:
            self.fold(event)
        middle = len(meanwhile) // 2
        self._before, self._after = [[], meanwhile[middle:]], [meanwhile[:middle], []]

    def undisturbed(self, work: Callable[[], Any]) -> Any:
        for event in self._before.pop(0):
            self.fold(event)
        self.seen = self.state.copy()
        looked = work()
        for event in self._after.pop(0):
            self.fold(event)
        return looked


@given(valid_events(), valid_events())
def test_a_picture_in_slices_is_of_the_moment_it_was_completed(before: list[Event], meanwhile: list[Event]) -> None:
    pen = Busy(before, meanwhile)
    pictures = Pictures(cast(Writer, pen))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures_room, "AT_ONCE", 1)
        patch.setattr(pictures_room, "SLICE", 1)
        picture = pictures.whole()

    assert picture == pen.seen


def test_what_leaves_while_a_picture_is_taken_is_not_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures_room, "AT_ONCE", 1)
    monkeypatch.setattr(pictures_room, "SLICE", 1)
    step = Event("w", 3, 3, "r", "StepStarted", "t1", {"key": "k", "name": "charge"})
    done = Event("w", 4, 4, "r", "TaskProgressed", "t1", {"status": "completed"})
    pen = Busy([told(1, "t1", 10), told(2, "t2", 10), step], [done])

    picture = Pictures(cast(Writer, pen)).whole()

    assert (picture, picture.steps) == (pen.state, {})


def test_a_pen_that_counts_anew_leaves_nothing_to_build_upon() -> None:
    pen = Pen(fold.empty("jarvis", 3))
    pictures = Pictures(cast(Writer, pen))
    pictures.whole()

    pen.dirty = Dirty()

    assert pictures.changes(MANY) is None


def test_a_restore_leaves_nothing_to_build_upon() -> None:
    pen = Pen(fold.empty("jarvis", 3))
    pictures = Pictures(cast(Writer, pen))
    pictures.whole()

    pen.state.tasks = {}

    assert pictures.changes(MANY) is None


def told(number: int, task: str, percentage: int) -> Event:
    return Event("w", number, number, "r", "TaskProgressed", task, {"percentage": percentage})
