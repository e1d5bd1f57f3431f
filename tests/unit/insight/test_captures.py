"""What is seen from outside of calls that were not captured, and of fields that are not kept."""

from __future__ import annotations

import shutil
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

from jarvis_ctx import integrate_context_manager
from jarvis_ctx.attach import table
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.recovery.text import render
from jarvis_ctx.sidecar import open_view
from tests.unit.retention.aged import begin


def outside(store: Path) -> tuple[dict[str, Any], list[str]]:
    """The status, and what the doctor finds amiss."""
    with closing(open_view(store)) as view:
        found = Insight(view)
        return found.status(), [finding.sentence for finding in found.doctor() if finding.level != "ok"]


def test_calls_of_a_live_run_that_were_not_captured_are_seen_from_outside(store_path: Path) -> None:
    with begin(store_path, 0) as manager:
        manager.capture_failed("assign_task", OSError("no room"))
        manager.capture_failed("assign_task", OSError("still no room"))
        manager.failures.tell()

        status, amiss = outside(store_path)

    assert status["capture_errors"] == {"count": 2, "last": "assign_task: still no room"}
    assert "2 calls not captured; the last: assign_task: still no room" in amiss


def test_the_report_of_a_run_that_died_says_what_was_not_captured(store_path: Path, tmp_path: Path) -> None:
    with begin(store_path, 0) as manager:
        manager.capture_failed("assign_task", OSError("no room"))
        manager.failures.tell()
        dead = Path(shutil.copytree(store_path, tmp_path / "dead"))

    with begin(dead, 1) as successor:
        report = successor.recovery_report

    assert report is not None
    assert (report.not_captured, report.last_not_captured) == (1, "assign_task: no room")
    assert "Not captured, so not known: 1 call; the last: assign_task: no room" in render(report)


def test_a_clean_end_says_it_too(store_path: Path) -> None:
    with begin(store_path, 0) as manager:
        manager.capture_failed("assign_task", OSError("no room"))

    status, _ = outside(store_path)

    assert status["capture_errors"]["count"] == 1


def test_the_doctor_names_fields_of_the_state_that_are_not_kept(store_path: Path) -> None:
    @integrate_context_manager(path=store_path, state=["queue", "lock"], handle_signals=False)
    class Orchestrator:
        def __init__(self) -> None:
            self.queue, self.lock = ["a"], threading.Lock()

        def assign_task(self, task: dict[str, Any]) -> None:
            self.queue.append(task["id"])

    Orchestrator().assign_task({"id": "b"})
    _, amiss = outside(store_path)
    table.close_within(store_path)

    (sentence,) = [sentence for sentence in amiss if sentence.startswith("The field 'lock' of ")]
    assert "Orchestrator is not kept: _thread.lock" in sentence
