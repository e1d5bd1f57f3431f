"""Status: health at a glance."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from jarvis_ctx.errors import JournalUnavailable
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.journal import fold
from jarvis_ctx.journal.marks import SLOTS, WRITER, Marks
from jarvis_ctx.liveness.marker import CrashMarker
from jarvis_ctx.sidecar import JarvisContextManager, open_view, request_checkpoint
from tests.unit.insight.planted import PlantedClock


def take_all(marks: Marks) -> None:
    for number in range(SLOTS - marks.taken()):
        marks.slot(WRITER, f"{number:016x}")


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_tasks_are_counted_by_the_status_they_are_shown_with(manager: JarvisContextManager) -> None:
    manager.update_task_progress("a", {"status": "running"})
    manager.update_task_progress("b", {"status": "done"})
    manager.update_task_progress("c", {"status": "polishing"})

    tasks = manager.status()["tasks"]

    assert {name: count for name, count in tasks.items() if count} == {
        "total": 3,
        "in_progress": 1,
        "completed": 1,
        "other": 1,
    }


def test_unfinished_tasks_are_listed_with_percentage_and_blockers(manager: JarvisContextManager) -> None:
    manager.update_task_progress("open", {"status": "blocked", "percentage": 40, "blockers": ["licence"]})
    manager.update_task_progress("closed", {"status": "failed", "percentage": 90})

    (line,) = manager.status()["incomplete"]

    assert (line["id"], line["percentage"], line["blockers"]) == ("open", 40, ["licence"])


def test_status_is_plain_json_whatever_people_stored(manager: JarvisContextManager) -> None:
    manager.update_task_progress("a", {"when": (1, 2), "raw": b"\0"})
    manager.heartbeat("parser", seen={1})

    text = json.dumps(manager.status())

    assert '"orchestrator": "jarvis"' in text


def test_a_live_run_is_shown_with_its_process_and_the_end_of_the_one_before(
    store_path: Path, clock: PlantedClock
) -> None:
    with JarvisContextManager(store_path, clock=clock, handle_signals=False) as first:
        first_run = first.run.id

    with JarvisContextManager(store_path, clock=clock, handle_signals=False) as second:
        found = second.status()

    assert (found["state"], found["pid"]) == ("live", second.run.process.pid)
    assert (found["last_end"]["id"], found["last_end"]["ending"]) == (first_run, "closed")


def test_a_clean_end_is_shown_with_how_and_when(store_path: Path, clock: PlantedClock) -> None:
    with JarvisContextManager(store_path, clock=clock, handle_signals=False):
        clock.advance(60)

    view = open_view(store_path)
    found = Insight(view).status()
    view.close()

    assert (found["state"], found["pid"], found["run"]["ending"]) == ("ended", None, "closed")
    assert found["run"]["ended"] > found["run"]["started"]


def test_a_killed_run_is_dead_since_its_last_event(dead: Path) -> None:
    view = open_view(dead)
    found = Insight(view).status()
    view.close()

    assert (found["state"], found["run"]["ended"], found["steps_in_doubt"]) == ("dead", None, 1)
    assert found["last_event"] > found["run"]["started"]


def test_of_a_dead_run_the_cause_is_told_before_the_next_start_finds_it(dead: Path) -> None:
    with closing(open_view(dead)) as view:
        found, runs = Insight(view).status(), Insight(view).run_lines()
    with JarvisContextManager(dead, handle_signals=False) as manager:
        report = manager.insight.report()

    assert report is not None
    told = {(line["cause"], line["sentence"]) for line in (found["run"], found["last_end"], runs[-1])}
    assert told == {(report.cause.cause, report.cause.sentence)}


def test_of_a_run_that_ended_by_an_exception_it_is_told_which_ever_after(store_path: Path) -> None:
    main = f"from jarvis_ctx.sidecar import JarvisContextManager\nJarvisContextManager({str(store_path)!r})\n"
    subprocess.run([sys.executable, "-c", main + "raise KeyError('quota')"], stderr=subprocess.DEVNULL, timeout=60)

    with JarvisContextManager(store_path, handle_signals=False) as manager:
        last, first = manager.status()["last_end"], manager.insight.run_lines()[0]

    assert (last["ending"], last["cause"], first["sentence"]) == ("exception", "exception", last["sentence"])
    assert "KeyError: 'quota'" in last["sentence"]


def test_after_a_recovery_the_steps_in_doubt_and_the_last_checkpoint_are_still_shown(dead: Path) -> None:
    with JarvisContextManager(dead, handle_signals=False) as manager:
        manager.journal.append("StepStarted", "task-2", {"key": "s2", "name": "parse"})
        found = manager.status()

    assert (found["state"], found["steps_in_doubt"]) == ("live", 1)
    assert (found["checkpoint"]["label"], found["last_end"]["cause"]) == ("phase one", "killed")


def test_a_store_that_was_never_used_is_empty(manager: JarvisContextManager) -> None:
    view = open_view(manager.settings.folder, "somebody")
    found = Insight(view).status()
    view.close()

    assert (found["state"], found["run"], found["checkpoint"]) == ("empty", None, None)


def test_the_newest_checkpoint_is_shown_with_age_size_and_events_since(
    manager: JarvisContextManager, clock: PlantedClock
) -> None:
    manager.update_task_progress("a", {})
    header = manager.mark_recovery_point("phase one")
    clock.advance(90)
    manager.update_task_progress("a", {"percentage": 5})

    found = manager.status()["checkpoint"]

    assert (found["id"], found["bytes"], found["age"]) == (header.id, header.size, 90)
    assert (found["label"], found["events_since"]) == ("phase one", 2)


def test_the_lag_counts_what_is_appended_and_not_yet_drained(manager: JarvisContextManager) -> None:
    manager.update_task_progress("a", {})
    manager.flush()

    lag = manager.status()["lag"]

    assert (lag["appended"], lag["drained"], lag["not_drained"]) == (2, 2, 0)


def test_calls_that_could_not_be_captured_are_counted(manager: JarvisContextManager) -> None:
    manager.capture_failed("assign_task", ValueError("no room"))

    found = manager.status()["capture_errors"]

    assert (found["count"], found["last"]) == (1, "assign_task: no room")


def test_a_process_that_is_refused_a_mark_is_shown_inside_and_outside(manager: JarvisContextManager) -> None:
    take_all(manager.journal.marks)
    with pytest.raises(JournalUnavailable):
        request_checkpoint(manager.settings)

    view = open_view(manager.settings.folder)
    outside = Insight(view)
    findings, found = outside.doctor({}), outside.status()
    view.close()

    assert (manager.status()["writers_refused"], found["writers_refused"]) == (1, 1)
    assert any(f.level == "problem" and "refused a mark 1 time," in f.sentence for f in findings)


def test_what_the_live_run_cannot_read_is_shown(manager: JarvisContextManager, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(fold, "apply", interrupt)
        with pytest.raises(KeyboardInterrupt):
            manager.set_attribute("big", "x" * 300_000)
    for path in (manager.settings.folder / "journal" / "values").iterdir():
        path.write_bytes(b"damaged")

    manager.set_attribute("small", 1)
    findings = manager.insight.doctor({})

    assert len(manager.status()["unread"]) == 1
    assert any(f.level == "problem" and "could not read this" in f.sentence for f in findings)


def test_a_recovery_that_is_not_complete_is_shown_as_pending(manager: JarvisContextManager) -> None:
    CrashMarker(manager.settings.folder).set("jarvis", "jarvis.0.abcdef")

    recovery = manager.status()["recovery"]

    assert recovery == {"pending": True, "begun": 1, "run": "jarvis.0.abcdef"}


def test_a_glance_says_of_the_status_what_one_always_wants_to_see(manager: JarvisContextManager) -> None:
    manager.update_task_progress("task-1", {"status": "in_progress"})
    status, glance = manager.status(), manager.insight.glance()

    assert glance == {
        **{name: status[name] for name in ("state", "run", "last_event", "events")},
        "tasks": 1,
        "watched": None,
    }
