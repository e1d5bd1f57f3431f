"""Which tasks are done, and so need not be called again after a crash."""

from __future__ import annotations

from typing import Any

import pytest

from jarvis_ctx.journal import fold
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.model.state import State


def story(*events: tuple[str, dict[str, Any]]) -> State:
    """The state after these events of task `t`."""
    state = fold.empty("jarvis", 100)
    for number, (kind, body) in enumerate(events, 1):
        fold.apply(state, Event(WriterId("w"), number, number, RunId("r"), kind, "t", body))
    return state


CLAIM = ("TaskClaimed", {"method": "assign_task", "key": "k", "attempt": 1})
STEP = ("StepFinished", {"key": "s", "name": "charge", "result": 1})
COMPLETED = ("TaskProgressed", {"status": "completed", "percentage": 100})
REVIEWED = ("TaskProgressed", {"status": "reviewed"})
RETURN = ("TaskFinished", {"key": "k", "result": None})
HAND_OVER = ("TaskFinished", {"key": "k", "result": None, "completes": False})
FAILURE = ("TaskFailed", {"key": "k", "error": {}})
DEATH = ("TaskInterrupted", {"key": "k", "counts": False})


def test_a_task_called_completed_before_its_call_returned_keeps_its_steps_when_it_dies() -> None:
    state = story(CLAIM, STEP, COMPLETED, DEATH)

    assert not state.tasks["t"].done
    assert state.steps["t"]["s"].kept


@pytest.mark.parametrize(
    "events", [(CLAIM, STEP, RETURN), (CLAIM, STEP, COMPLETED, RETURN), (CLAIM, STEP, REVIEWED, RETURN)]
)
def test_a_task_whose_call_returned_is_done_under_any_status_that_does_not_say_otherwise(
    events: tuple[tuple[str, dict[str, Any]], ...],
) -> None:
    state = story(*events)

    assert state.tasks["t"].done
    assert "t" not in state.steps


@pytest.mark.parametrize(
    "events", [(CLAIM, HAND_OVER), (CLAIM, FAILURE), (CLAIM, ("TaskProgressed", {"status": "blocked"}), RETURN)]
)
def test_a_task_is_not_done_when_it_was_handed_over_failed_or_is_blocked(
    events: tuple[tuple[str, dict[str, Any]], ...],
) -> None:
    state = story(*events)

    assert not state.tasks["t"].done


def test_a_handed_over_task_is_done_once_its_orchestrator_says_so() -> None:
    state = story(CLAIM, HAND_OVER, COMPLETED)

    assert state.tasks["t"].done


SECOND = ("TaskClaimed", {"method": "publish", "key": "k2", "attempt": 1})


def test_a_call_that_returned_stands_though_the_task_s_next_call_died() -> None:
    state = story(CLAIM, RETURN, SECOND, ("TaskInterrupted", {"key": "k2", "counts": False}))

    assert [attempt.key for attempt in state.tasks["t"].results] == ["k"]
    assert not state.tasks["t"].done


def test_a_call_that_returned_blocked_does_not_stand_once_the_task_is_called_again() -> None:
    state = story(CLAIM, ("TaskProgressed", {"status": "blocked"}), RETURN, SECOND)

    assert state.tasks["t"].results == []


def test_the_steps_of_one_method_s_call_leave_without_those_of_another() -> None:
    own, other = (("StepFinished", {"key": f"t/{method}/send:1", "result": 1}) for method in ("assign_task", "publish"))

    state = story(CLAIM, own, SECOND, other, RETURN)

    assert list(state.steps["t"]) == ["t/publish/send:1"]
