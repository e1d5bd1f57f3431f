"""The doctor: finds what is wrong, says what to do, touches nothing."""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.journal.marks import ORCHESTRATOR, Marks
from jarvis_ctx.model.finding import Finding
from jarvis_ctx.sidecar import JarvisContextManager, open_view
from tests.unit.insight.folders import listing
from tests.unit.insight.planted import PlantedClock
from tests.unit.insight.spoils import WRONG, lose_a_segment_and_the_database, lose_the_key


def examine(store: Path, environ: dict[str, str] | None = None) -> list[Finding]:
    view = open_view(store)
    try:
        return Insight(view).doctor(environ)
    finally:
        view.close()


@contextmanager
def leased(path: Path) -> Iterator[None]:
    """Whoever opens the file and does not wait for us to give up our lease is refused."""
    before, descriptor = signal.signal(signal.SIGIO, signal.SIG_IGN), os.open(path, os.O_RDWR)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        yield
    finally:
        os.close(descriptor)
        signal.signal(signal.SIGIO, before)


@pytest.mark.parametrize(("spoil", "level", "check", "words"), WRONG, ids=[case[0].__name__ for case in WRONG])
def test_what_is_wrong_is_found_with_what_to_do(
    dead: Path, spoil: Callable[[Path], None], level: str, check: str, words: str
) -> None:
    spoil(dead)

    found = [finding for finding in examine(dead) if (finding.level, finding.check) == (level, check)]

    assert any(words in finding.sentence for finding in found), examine(dead)
    assert all(finding.remedy for finding in found)


def test_a_key_that_cannot_be_opened_at_the_moment_is_named_and_all_else_is_looked_at(dead: Path) -> None:
    with leased(dead / "secret.key"):
        findings = examine(dead)

    assert {finding.level for finding in findings if "secret.key" in finding.sentence} == {"problem"}, findings
    assert {"run", "folder", "segments", "database", "settings"} <= {finding.check for finding in findings}


def test_a_loss_is_still_named_after_a_new_start(dead: Path) -> None:
    lose_a_segment_and_the_database(dead)
    JarvisContextManager(dead).close()

    found = [finding for finding in examine(dead) if finding.check == "marks"]

    assert [finding.level for finding in found] == ["problem"], found
    assert "An earlier death cost" in found[0].sentence


def test_marks_that_are_nearly_all_taken_are_a_warning(dead: Path) -> None:
    marks = Marks(dead / "journal" / "marks", mapped=False)
    for n in range(410):
        marks.slot(ORCHESTRATOR, f"name-{n}")
    marks.close()

    found = [finding for finding in examine(dead) if finding.check == "marks" and finding.level == "warning"]

    assert len(found) == 1
    assert "of 511 marks are taken" in found[0].sentence


def test_a_live_store_in_order_gets_no_word_but_that_it_is_well(manager: JarvisContextManager) -> None:
    manager.update_task_progress("a", {"huge": "x" * 400_000})
    manager.checkpoint()

    findings = manager.insight.doctor({})

    assert {finding.level for finding in findings} == {"ok"}, findings
    assert {"run", "folder", "files", "marks", "segments", "database", "key", "checkpoints"} <= {
        f.check for f in findings
    }


def test_a_dead_run_a_step_in_doubt_and_a_quarantined_task_are_warnings(dead: Path) -> None:
    warned = [finding.sentence for finding in examine(dead) if finding.level == "warning"]

    assert any("died" in sentence for sentence in warned)
    assert any("publish_review of task-1" in sentence for sentence in warned)


def test_a_step_in_doubt_that_its_task_was_completed_without_is_named_by_status_and_doctor(dead: Path) -> None:
    with JarvisContextManager(dead, handle_signals=False) as manager:
        manager.journal.append("TaskClaimed", "task-1", {"method": "assign_task", "attempt": 2, "key": "k2"})
        manager.journal.append("TaskFinished", "task-1", {"key": "k2", "result": None})
        shown, findings = manager.status(), manager.insight.doctor({})

    assert shown["steps_never_asked"] == [{"task": "task-1", "name": "publish_review"}]
    (found,) = [finding for finding in findings if finding.check == "steps"]
    assert found.sentence.startswith("Step publish_review of task-1 was in doubt and was never asked about")


def test_a_quarantined_task_is_named_with_its_reason(manager: JarvisContextManager) -> None:
    manager.journal.append("TaskQuarantined", "a", {"cause": "It was ended from outside.", "deaths": 3})

    findings = manager.insight.doctor({})

    assert any(f.check == "tasks" and "a is quarantined: It was ended" in f.sentence for f in findings)


def test_an_unknown_variable_is_named_with_the_nearest_right_one(dead: Path) -> None:
    findings = examine(dead, {"JARVIS_CHECKPOINT_INTERVALL": "3", "PATH": ""})

    (found,) = [finding for finding in findings if finding.check == "settings"]
    assert "JARVIS_CHECKPOINT_INTERVALL is no setting" in found.sentence
    assert "did you mean JARVIS_CHECKPOINT_INTERVAL?" in found.sentence


def test_an_event_in_the_future_means_that_the_clock_was_set_back(
    manager: JarvisContextManager, clock: PlantedClock
) -> None:
    clock.advance(3600)
    manager.update_task_progress("a", {})
    clock.advance(-3600)

    findings = manager.insight.doctor({})

    assert any(f.check == "clock" and f.level == "warning" and "3,600 s in the future" in f.sentence for f in findings)


def test_failed_captures_are_a_problem(manager: JarvisContextManager) -> None:
    manager.capture_failed("assign_task", OSError("disk full"))

    findings = manager.insight.doctor({})

    assert findings[0].level == "problem"
    assert "assign_task: disk full" in findings[0].sentence


def test_the_worst_comes_first(dead: Path) -> None:
    lose_the_key(dead)

    levels = [finding.level for finding in examine(dead)]

    assert levels == sorted(levels, key=["problem", "warning", "ok"].index)
    assert levels[0] == "problem"


def test_a_check_that_fails_is_a_finding_and_the_others_go_on(dead: Path) -> None:
    (dead / "journal" / "values" / ("a" * 64)).mkdir(parents=True)

    findings = examine(dead)

    assert any(f.level == "problem" and f.check == "journal" and "Is a directory" in f.sentence for f in findings)
    assert {"run", "folder", "database", "key", "checkpoints", "settings"} <= {finding.check for finding in findings}


def test_examining_changes_nothing(dead: Path) -> None:
    before = listing(dead)

    examine(dead)

    assert listing(dead) == before
