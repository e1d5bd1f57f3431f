"""The forecast: what a start would do, said before it does it."""

from __future__ import annotations

from pathlib import Path

from jarvis_ctx import settings
from jarvis_ctx.insight.forecast import Forecast, forecast
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.recovery.policy import Policy
from jarvis_ctx.sidecar import JarvisContextManager, open_view
from tests.unit.insight.dying import TOLD
from tests.unit.insight.folders import listing

OF_THE_START = ("run", "created", "died_between", "seconds", "layers", "sources")


def foresee(store: Path) -> Forecast:
    view = open_view(store)
    try:
        return forecast(view, settings.load({"path": store}))
    finally:
        view.close()


def lasting(report: RecoveryReport) -> dict[str, object]:
    """What does not depend on the moment of the start."""
    return {key: value for key, value in report.to_json().items() if key not in OF_THE_START}


def test_a_dry_run_says_what_the_next_start_then_reports(dead: Path) -> None:
    foreseen = foresee(dead)
    with JarvisContextManager(dead, **TOLD, handle_signals=False) as manager:
        report = manager.recovery_report

    assert foreseen.plan is not None
    assert report is not None
    assert lasting(foreseen.plan.report) == lasting(report)
    assert foreseen.to_json()["runs_alone"] == ["task-1"]


def test_a_dry_run_goes_by_what_the_program_of_the_dead_run_says(dead: Path) -> None:
    foreseen = foresee(dead)
    with JarvisContextManager(dead, handle_signals=False) as manager:
        told = manager.runs()[0]

    assert foreseen.plan is not None
    assert (foreseen.plan.skip, foreseen.plan.report.resume) == (True, "skip")
    assert "resume=skip" in foreseen.sentence
    assert Policy.as_told(told, settings.load({})) == Policy(**TOLD, sync_interval=1)


def test_a_dry_run_changes_nothing(dead: Path) -> None:
    before = listing(dead)

    foresee(dead)

    assert listing(dead) == before


def test_a_recovery_that_was_begun_before_is_counted(dead: Path) -> None:
    (dead / "CRASH_DETECTED").write_text('{"jarvis": {"run": "", "begun": 3}}')

    plan = foresee(dead).plan

    assert plan is not None
    assert (plan.report.recoveries_begun, plan.skip) == (4, False)


def test_after_a_clean_end_there_is_nothing_to_recover(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False):
        pass

    foreseen = foresee(store_path)

    assert (foreseen.plan, foreseen.live_pid) == (None, None)
    assert "ended cleanly (closed)" in foreseen.sentence


def test_a_live_run_would_refuse_a_second_start(manager: JarvisContextManager) -> None:
    foreseen = foresee(manager.settings.folder)

    assert (foreseen.plan, foreseen.live_pid) == (None, manager.run.process.pid)
