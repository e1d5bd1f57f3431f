"""Tasks: what is to do, what is done, what is in the way."""

from __future__ import annotations

from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.storage.sqlite.driver import sqlite
from tests.unit.insight.planted import PlantedClock


def test_tasks_come_oldest_first_with_everything_that_was_said(
    manager: JarvisContextManager, clock: PlantedClock
) -> None:
    manager.update_task_progress("z", {"description": "first", "dependencies": ["y"], "size": (3, 4)})
    clock.advance(1)
    manager.update_task_progress("a", {"completed_subtasks": ["parse"], "percentage": 50})

    first, second = manager.tasks()

    assert (first["id"], first["description"], first["dependencies"]) == ("z", "first", ["y"])
    assert (first["metadata"], second["completed_subtasks"], second["percentage"]) == ({"size": (3, 4)}, ["parse"], 50)


def test_a_status_selects_by_what_was_given_and_by_what_is_shown(manager: JarvisContextManager) -> None:
    manager.update_task_progress("a", {"status": "running"})
    manager.update_task_progress("b", {"status": "in_progress"})

    assert [task["id"] for task in manager.tasks("running")] == ["a"]
    assert [task["id"] for task in manager.tasks("in_progress")] == ["a", "b"]
    assert manager.tasks("failed") == []


def test_a_task_shows_whether_it_runs_and_what_its_steps_have_done(manager: JarvisContextManager) -> None:
    manager.journal.append("TaskClaimed", "a", {"method": "assign_task", "attempt": 2, "key": "k"})
    manager.journal.append("StepStarted", "a", {"key": "s1", "name": "parse"})
    manager.journal.append("StepFinished", "a", {"key": "s1", "name": "parse", "result": 1})
    manager.journal.append("StepStarted", "a", {"key": "s2", "name": "publish"})

    (task,) = manager.tasks()

    assert (task["in_flight"], task["attempts"]) == (True, 2)
    assert (task["steps_finished"], task["steps_open"]) == (["parse"], ["publish"])


def test_runs_come_oldest_first(manager: JarvisContextManager) -> None:
    (run,) = manager.runs()

    assert (run.id, run.epoch, run.ended) == (manager.run.id, 1, None)


def test_a_task_shows_that_a_death_cut_it_off_until_somebody_takes_it_up(manager: JarvisContextManager) -> None:
    manager.journal.append("TaskClaimed", "a", {"method": "assign_task", "attempt": 1, "key": "k1"})
    before = manager.tasks()[0]["interrupted"]
    manager.journal.append("TaskInterrupted", "a", {"key": "k1", "counts": False, "worker": True})
    cut_off = manager.tasks()[0]["interrupted"], manager.status()["incomplete"][0]["interrupted"]
    manager.journal.append("TaskClaimed", "a", {"method": "assign_task", "attempt": 2, "key": "k2"})

    assert (before, cut_off, manager.tasks()[0]["interrupted"]) == (False, (True, True), False)


def test_calls_of_several_methods_are_counted_together_as_in_the_table(manager: JarvisContextManager) -> None:
    for method, attempt in (("assign_task", 1), ("assign_task", 2), ("execute", 1)):
        manager.journal.append("TaskClaimed", "a", {"method": method, "attempt": attempt, "key": f"{method}{attempt}"})
    manager.flush()

    assert manager.tasks()[0]["attempts"] == 3
    with sqlite.connect(manager.settings.folder / "jarvis_context.db") as database:
        assert database.execute("SELECT attempts FROM task_progress").fetchall() == [(3,)]
