"""How a run ended: clean ends are no crashes, and every other end has its cause."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from jarvis_ctx.model.run import RunRecord
from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash.children import Child
from tests.crash.harness import Stage
from tests.faces.cli.processes import ROOT

pytestmark = pytest.mark.crash


def ended(stage: Stage, way: str, by: signal.Signals | None = None) -> Child:
    """A child that has ended in that way."""
    child = stage.server.start("end", path=stage.store, way=way)
    assert child.line() == "opened"
    if by is not None:
        child.signal(by)
    child.wait()
    return child


def last_run(manager: JarvisContextManager) -> RunRecord:
    """The run before this one."""
    return manager.runs()[-2]


@pytest.mark.parametrize(
    ("way", "by", "code", "ending"),
    [
        ("fall_off", None, 0, "exited"),
        ("close", None, 0, "closed"),
        ("leave_with", None, 0, "closed"),
        ("exit_by_number", None, 3, "exited"),
        ("wait", signal.SIGTERM, -15, "SIGTERM"),
        ("be_terminated_after_a_loop", None, -15, "SIGTERM"),
        ("wait", signal.SIGINT, -2, "SIGINT"),
    ],
)
def test_a_clean_end_is_recorded_and_is_no_crash(
    stage: Stage, way: str, by: signal.Signals | None, code: int, ending: str
) -> None:
    child = ended(stage, way, by)

    with JarvisContextManager(stage.store) as manager:
        report, run = manager.recovery_report, last_run(manager)

    assert child.code == code
    assert report is None
    assert (run.ending, run.clean, run.process.pid) == (ending, True, child.pid)


def test_no_acknowledged_call_is_lost_by_sigterm_and_it_is_no_crash(stage: Stage) -> None:
    for _ in range(4):
        child = stage.open()
        child.lives_for(stage.random.uniform(0, 0.1))

        child.signal(signal.SIGTERM)

        assert child.wait() == -signal.SIGTERM
    verdicts = stage.verify(whole=True)
    assert not verdicts.wrong()
    assert verdicts.checked.report is None


@pytest.mark.parametrize(
    ("way", "code", "cause", "word"),
    [
        ("touch_nothing", -11, "fatal-signal", "Segmentation fault"),
        ("abort", -6, "fatal-signal", "Aborted"),
        ("leave_at_once", 0, "killed", "os._exit"),
    ],
)
def test_a_death_is_found_with_its_cause(stage: Stage, way: str, code: int, cause: str, word: str) -> None:
    child = ended(stage, way)

    with JarvisContextManager(stage.store) as manager:
        report = manager.recovery_report

    assert child.code == code
    assert report is not None
    assert (report.cause.cause, report.recovered_run[:8]) == (cause, "jarvis.1")
    assert word in report.cause.sentence + str(report.cause.evidence)


@pytest.mark.parametrize("way", ["raise_in_main", "raise_in_with"])
def test_an_uncaught_exception_is_the_cause_with_its_traceback(stage: Stage, way: str) -> None:
    child = ended(stage, way)

    with JarvisContextManager(stage.store) as manager:
        report = manager.recovery_report

    assert child.code == 1
    assert report is not None
    assert report.cause.cause == "exception"
    assert report.cause.evidence["type"] == "builtins.LookupError"
    assert f"in {way}" in report.cause.evidence["traceback"]


@pytest.mark.parametrize(("way", "after"), [("become_another", "replaced"), ("close_and_become_another", "")])
def test_a_program_that_becomes_another_in_the_same_process_was_not_killed(stage: Stage, way: str, after: str) -> None:
    command = [sys.executable, "-m", "tests.crash.mortal", way]
    environ = {**os.environ, "JARVIS_CONTEXT_PATH": str(stage.store), "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}

    said = subprocess.run(command, env=environ, capture_output=True, check=True).stdout.splitlines()

    began, went_on = (json.loads(line) for line in said)
    assert (went_on["pid"], went_on["after"]) == (began["pid"], after)


@pytest.mark.parametrize(("way", "place"), [("raise_in_thread", "thread worker-7"), ("raise_in_asyncio", "asyncio")])
def test_exceptions_beside_the_main_thread_are_kept_and_are_no_crash(stage: Stage, way: str, place: str) -> None:
    ended(stage, way)

    with JarvisContextManager(stage.store) as manager:
        report, kept = manager.recovery_report, manager.journal.writer.state.exceptions

    assert report is None
    assert [(event.body["place"], event.body["message"]) for event in kept] == [(place, "no such agent")]
    assert "in _fail" in kept[0].body["traceback"]
