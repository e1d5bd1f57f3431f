"""Which calls are made again: what was cut off or left work to do, once each, in the order of the claims."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from tests.unit.recovery.stories import POLICY, POWER, Told, planned, started, told

CALL = {"owner": "Orchestrator", "binding": "instance", "args": ["a"], "kwargs": {"n": {"$tuple": [1]}}}
REDISPATCH = replace(POLICY, resume="redispatch")


def claim(task: str, key: str = "k1", method: str = "assign_task", **call: Any) -> Told:
    return "TaskClaimed", task, {"method": method, "key": key, "attempt": 1, "call": {**CALL, **call}}


def finished(task: str, key: str = "k1", **body: Any) -> Told:
    return "TaskFinished", task, {"key": key, "result": None, **body}


def again(*events: Told) -> list[tuple[str, str]]:
    """Task and method of each call that would be made again after these."""
    plan = planned(told(started(1), *events), policy=REDISPATCH)
    return [(call.task, call.method) for call in plan.redispatch]


def test_calls_in_flight_are_made_again_in_the_order_they_were_claimed_in() -> None:
    assert again(claim("c", "1"), claim("a", "2"), claim("b", "3")) == [
        ("c", "assign_task"),
        ("a", "assign_task"),
        ("b", "assign_task"),
    ]


def test_the_arguments_come_back_exactly() -> None:
    (call,) = planned(told(started(1), claim("a")), policy=REDISPATCH).redispatch

    assert call.arguments() == (["a"], {"n": (1,)})


def test_a_call_that_returned_before_its_task_was_completed_is_made_again_and_a_completed_one_is_not() -> None:
    open_ = claim("a"), finished("a", completes=False)

    assert again(*open_) == [("a", "assign_task")]
    assert again(*open_, ("TaskProgressed", "a", {"status": "completed"})) == []


def test_failed_and_cancelled_tasks_are_the_programs_to_take_up() -> None:
    failed = "TaskFailed", "a", {"key": "k1", "error": {"type": "T", "message": "m"}}

    assert again(claim("a"), failed) == []
    assert again(claim("a"), ("TaskProgressed", "a", {"status": "cancelled"})) == []


def test_a_call_inside_another_is_left_to_that_one_as_long_as_that_one_is_unfinished() -> None:
    outer, inner = claim("a", "1", "start_task"), claim("b", "2", within=["a", "1"])

    assert again(outer, inner) == [("a", "start_task")]
    assert again(outer, inner, finished("a", "1")) == [("b", "assign_task")]


def test_each_method_of_a_task_is_called_once_however_often_it_was_in_flight() -> None:
    assert again(claim("a", "1"), claim("a", "2"), claim("a", "3", "start_task")) == [
        ("a", "assign_task"),
        ("a", "start_task"),
    ]


def test_a_quarantined_task_is_not_called() -> None:
    assert again(claim("a"), ("TaskQuarantined", "a", {"cause": "It killed."})) == []


def test_after_a_power_loss_tasks_are_called_again_and_none_is_suspected() -> None:
    plan = planned(told(started(1), claim("a")), policy=REDISPATCH, cause=POWER)

    assert ([call.task for call in plan.redispatch], plan.suspects) == (["a"], set())


def test_after_three_failed_recoveries_nothing_is_called_and_the_report_says_so() -> None:
    plan = planned(told(started(1), claim("a")), policy=REDISPATCH, tries=4)

    assert (plan.redispatch, plan.skip) == ([], False)
    assert "3 recoveries in a row" in plan.report.resume_refused


def test_a_call_whose_arguments_were_not_kept_or_cannot_be_read_says_why() -> None:
    bare = "TaskClaimed", "a", {"method": "assign_task", "key": "k", "attempt": 1}
    broken = claim("b", "2", args=[{"$date": "yesterday"}])

    calls = planned(told(started(1), bare, broken), policy=REDISPATCH).redispatch

    assert [call.refused for call in calls] == [
        "its run did not keep arguments (resume was not redispatch)",
        "what was kept of its call cannot be read",
    ]


def test_arguments_leave_the_state_with_the_last_reason_to_call_again() -> None:
    done = told(started(1), claim("a"), finished("a"))
    later = told(started(1), claim("a"), finished("a", completes=False))
    reported = told(("TaskProgressed", "a", {"status": "completed"}), state=later, epoch=2)

    assert done.tasks["a"].attempts["k1"].call is UNSET
    assert reported.tasks["a"].attempts["k1"].call is UNSET
