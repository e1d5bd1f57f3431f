"""One task: all there is to know of it, while it is open and after it is done."""

from __future__ import annotations

from typing import Any

from jarvis_ctx.insight.dossier import HEARD
from jarvis_ctx.model.task import UNDONE
from jarvis_ctx.sidecar import JarvisContextManager
from tests.unit.insight.planted import PlantedClock

ERROR = {"type": "app.TooLong", "message": "the letter is too long", "traceback": "Traceback ..."}


def known(manager: JarvisContextManager, id: str) -> dict[str, Any]:
    found = manager.insight.task(id, 20)
    assert found is not None
    return found


def begin(manager: JarvisContextManager, id: str, attempt: int) -> None:
    manager.journal.append("TaskClaimed", id, {"method": "assign_task", "attempt": attempt, "key": f"k{attempt}"})


def test_a_task_that_failed_has_its_last_error_its_calls_and_its_steps(
    manager: JarvisContextManager, clock: PlantedClock
) -> None:
    for attempt in (1, 2):
        begin(manager, "a", attempt)
        manager.journal.append("StepStarted", "a", {"key": "s", "name": "send"})
        manager.journal.append("StepFailed", "a", {"key": "s", "error": f"refused {attempt}"})
        clock.advance(1)
        manager.journal.append("TaskFailed", "a", {"key": f"k{attempt}", "error": {**ERROR, "type": f"app.E{attempt}"}})

    found = known(manager, "a")

    assert (found["error"]["type"], found["error"]["message"]) == ("app.E2", "the letter is too long")
    assert [(call["method"], call["number"], call["outcome"]) for call in found["calls"]] == [
        ("assign_task", 1, "failed"),
        ("assign_task", 2, "failed"),
    ]
    assert [(step["name"], step["status"], step["starts"], step["error"]) for step in found["steps"]] == [
        ("send", "failed", 2, "refused 2")
    ]
    assert found["events"][0]["kind"] == "TaskFailed"


def test_the_steps_of_a_task_that_is_done_are_told_though_they_left_the_state(manager: JarvisContextManager) -> None:
    begin(manager, "a", 1)
    manager.journal.append("StepStarted", "a", {"key": "s", "name": "send"})
    manager.journal.append("StepFinished", "a", {"key": "s", "name": "send", "result": 1})
    manager.journal.append("TaskFinished", "a", {"key": "k1", "result": 1})

    (step,) = known(manager, "a")["steps"]

    assert manager.tasks()[0]["steps_finished"] == []
    assert (step["name"], step["status"]) == ("send", "finished")


def test_of_a_branch_that_a_restore_left_neither_steps_nor_errors_are_told(
    manager: JarvisContextManager, clock: PlantedClock
) -> None:
    for attempt, name in enumerate(("kept", "left"), 1):
        begin(manager, "a", attempt)
        manager.journal.append("StepStarted", "a", {"key": name, "name": name})
        manager.journal.append("StepFailed", "a", {"key": name, "error": "refused"})
        manager.journal.append("TaskFailed", "a", {"key": f"k{attempt}", "error": {**ERROR, "message": name}})
        clock.advance(1)
        manager.mark_recovery_point(name)
        clock.advance(1)
    manager.restore("kept")

    found = known(manager, "a")

    assert ([step["name"] for step in found["steps"]], found["error"]["message"]) == (["kept"], "kept")


def test_of_many_steps_the_latest_are_told_and_that_more_was_heard(manager: JarvisContextManager) -> None:
    for number in range(HEARD + 1):
        manager.journal.append("StepStarted", "a", {"key": str(number), "name": str(number)})
    manager.journal.append("TaskFinished", "a", {"key": "k1", "result": 1})

    found = known(manager, "a")

    assert (len(found["steps"]), found["steps"][-1]["name"], found["steps_more"]) == (HEARD, str(HEARD), True)


def test_what_it_waits_for_and_what_waits_for_it_are_named(manager: JarvisContextManager) -> None:
    manager.update_task_progress("a", {"dependencies": ["b"], "blockers": ["the weather"]})
    manager.update_task_progress("b", {"status": "in_progress"})
    manager.update_task_progress("c", {"blockers": ["b"]})

    assert known(manager, "a")["known"] == ["b"]
    assert known(manager, "b")["waited_for_by"] == ["a", "c"]


def test_the_decisions_about_it_are_told_with_their_reasons(manager: JarvisContextManager) -> None:
    manager.update_task_progress("a", {"status": "pending"})
    manager.log_decision("route", {"of": [{"task": "a"}]}, "ada", "she knows", "well")
    manager.log_decision("route", {"task": "ab"}, "bob", "he is free", "well")

    assert [one["reasoning"] for one in known(manager, "a")["decisions"]] == ["she knows"]


def test_of_a_task_that_has_retired_the_store_still_tells(manager: JarvisContextManager) -> None:
    begin(manager, "a", 1)
    manager.journal.append("TaskFailed", "a", {"key": "k1", "error": ERROR})
    manager.journal.append("TaskRetired", "a", {})

    found = known(manager, "a")

    assert (found["task"], found["calls"], found["error"]["type"]) == (None, [], "app.TooLong")
    assert [event["kind"] for event in found["events"]] == ["TaskRetired", "TaskFailed", "TaskClaimed"]


def test_of_many_events_the_latest_are_told_and_that_there_are_more(manager: JarvisContextManager) -> None:
    for percentage in range(30):
        manager.update_task_progress("a", {"percentage": percentage})

    found = known(manager, "a")

    assert (len(found["events"]), found["events"][0]["body"], found["more"]) == (20, {"percentage": 29}, True)


def test_nothing_is_known_of_a_task_that_nobody_has_named(manager: JarvisContextManager) -> None:
    assert manager.insight.task("nobody", 20) is None


def test_a_call_that_a_restore_has_undone_says_so_and_is_cut_off_by_no_death(manager: JarvisContextManager) -> None:
    begin(manager, "a", 1)
    manager.mark_recovery_point("noon")
    manager.journal.append("TaskFinished", "a", {"key": "k1", "result": 1})

    manager.restore("noon")

    found = known(manager, "a")
    assert [(call["outcome"], call["why"]) for call in found["calls"]] == [("died", UNDONE)]
    assert found["task"]["interrupted"] is False
