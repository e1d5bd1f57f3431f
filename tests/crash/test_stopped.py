"""What is said of an orchestrator that a signal has stopped: it holds its lock, and does nothing."""

from __future__ import annotations

import signal

import pytest

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.sidecar import open_view
from tests.crash.harness import Stage

pytestmark = pytest.mark.crash


def test_the_doctor_names_the_process_that_a_signal_has_stopped_and_how_it_goes_on(stage: Stage) -> None:
    child = stage.open(calls=10)
    assert child.line() == "done"
    child.signal(signal.SIGSTOP)
    child.stopped()

    view = open_view(stage.store)
    found = next(finding for finding in Insight(view).doctor({}) if finding.check == "run")

    view.close()
    assert (found.level, found.remedy) == ("warning", f"kill -CONT {child.pid}")
    assert "which a signal has stopped" in found.sentence
    child.kill()
