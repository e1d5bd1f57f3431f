"""A progress is checked once, copied, and folded as it was written: the live state is what a restart rebuilds."""

from __future__ import annotations

from typing import Any

import pytest

from jarvis_ctx.capture.recorder import Recorder
from jarvis_ctx.errors import BadValue
from jarvis_ctx.journal import fold
from jarvis_ctx.journal.journal import Journal
from tests.unit.journal.build import NAME, Store
from tests.unit.journal.conftest import journal, store

__all__ = ["journal", "store"]


class Text(str):
    """Text that is more than text."""


TOLD: list[dict[str, Any]] = [
    {"description": "read", "status": "running", "agent": "a", "percentage": 40, "blockers": ["b"]},
    {"percentage": 99.5, "completed_subtasks": ("a", "b"), "dependencies": []},
    {"percentage": -0.0},
    {"note": "half of a pair: \ud800", "percentage": 3},
    {"description": "own", "note": {"deep": [1, (2,)]}, "metadata": {"x": 1}},
    {"description": "x" * 300_000},
    {},
]


@pytest.mark.parametrize("progress", TOLD, ids=lambda progress: ",".join(progress) or "nothing")
def test_the_live_state_is_what_a_restart_rebuilds(store: Store, journal: Journal, progress: dict[str, Any]) -> None:
    Recorder(journal.writer).update_task_progress("t", progress)

    rebuilt = fold.fold(fold.empty(NAME, 100), store.gather().events)

    assert repr(rebuilt) == repr(journal.writer.picture())


def test_lists_changed_by_their_giver_afterwards_change_nothing_kept(journal: Journal) -> None:
    progress: dict[str, Any] = {"blockers": ["a"], "completed_subtasks": ["b"], "percentage": 1}
    Recorder(journal.writer).update_task_progress("t", progress)

    progress["blockers"].append("c")
    progress["completed_subtasks"].clear()

    task = journal.writer.state.tasks["t"]
    assert (task.blockers, task.completed_subtasks) == (("a",), ("b",))


@pytest.mark.parametrize(
    ("progress", "named"),
    [
        ({Text("status"): "done"}, "a key of progress"),
        ({"status": Text("done")}, "status"),
        ({"blockers": [Text("b")]}, "blockers"),
        ({"blockers": {"b"}}, "blockers"),
        ({"description": "half of a pair: \ud800"}, "description"),
        ({"blockers": ["\udfff"]}, "blockers"),
        ({"half \ud800": 1}, "a key of progress"),
        ({"percentage": True}, "percentage"),
        ({"percentage": float("nan")}, "percentage"),
        ({"$note": 1}, "a key of progress"),
    ],
)
def test_what_would_come_back_as_another_type_is_refused_by_name(
    journal: Journal, progress: dict[Any, Any], named: str
) -> None:
    with pytest.raises(BadValue) as caught:
        Recorder(journal.writer).update_task_progress("t", progress)

    assert caught.value.facts["name"] == named
    assert journal.writer.number == 0
