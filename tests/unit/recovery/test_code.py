"""Code that changed since the crash: noticed over the whole chain, reported, and acted on as the person chose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.capture.steps import StepCall
from jarvis_ctx.errors import CodeChanged
from jarvis_ctx.recovery import reports
from jarvis_ctx.recovery.code import CodeGuard
from tests.unit.capture.keeping import Run, Work, call
from tests.unit.recovery.stories import planned, started, told


def guard(run: Run, folder: Path, policy: Any = "resume", *, crashed: bool = True) -> CodeGuard:
    """The guard of a run, with the report of the crash before it."""
    report = planned(told(started(1))).report if crashed else None
    return CodeGuard(run, run.state.runs[run.run], report, folder, policy, (run.claims, run.steps))


def test_changed_methods_are_named_in_the_report_on_disk(tmp_path: Path) -> None:
    run = Run()
    guard(run, tmp_path, crashed=False).record({"a": "1", "b": "1", "gone": "1"})
    later = run.next()

    made = guard(later, tmp_path)
    made.record({"a": "1", "b": "2", "new": "1"})

    kept = reports.latest(tmp_path, "jarvis")
    assert kept is not None
    assert kept.code_changed == ["b"]
    assert made.report == kept
    assert later.state.runs[later.run].code == {"a": "1", "b": "2", "new": "1"}


def test_changes_of_several_classes_are_all_named(tmp_path: Path) -> None:
    run = Run()
    guard(run, tmp_path, crashed=False).record({"A.m": "1", "B.m": "1"})

    made = guard(run.next(), tmp_path)
    made.record({"B.m": "2"})
    made.record({"A.m": "2"})

    assert made.report is not None
    assert made.report.code_changed == ["A.m", "B.m"]


def test_refusing_is_not_worn_down_by_trying_again(tmp_path: Path) -> None:
    run = Run()
    guard(run, tmp_path, crashed=False).record({"m": "1"})

    for _ in range(2):
        run = run.next()
        with pytest.raises(CodeChanged, match="The code of m changed since run r1"):
            guard(run, tmp_path, "refuse").record({"m": "2"})


def test_resuming_with_other_code_makes_it_the_known_code(tmp_path: Path) -> None:
    run = Run()
    guard(run, tmp_path, crashed=False).record({"m": "1"})
    second = run.next()
    guard(second, tmp_path).record({"m": "2"})

    made = guard(second.next(), tmp_path, "refuse")
    made.record({"m": "2"})

    assert made.report is not None
    assert made.report.code_changed == []


@pytest.mark.parametrize(("policy", "result"), [("resume", "kept"), ("fresh", "anew")])
def test_fresh_lets_no_kept_result_stand_in(tmp_path: Path, policy: str, result: str) -> None:
    run = Run()
    guard(run, tmp_path, crashed=False).record({"m": "1"})
    run.claims.run(call("t"), Work("kept"))
    run.steps.run(StepCall(name="charge", key="k"), Work("kept"))
    later = run.next()

    guard(later, tmp_path, policy).record({"m": "2"})

    assert later.claims.run(call("t"), Work("anew")) == result
    assert later.steps.run(StepCall(name="charge", key="k"), Work("anew")) == result


def test_after_a_clean_end_code_may_change(tmp_path: Path) -> None:
    run = Run()
    guard(run, tmp_path, crashed=False).record({"m": "1"})
    later = run.next_after_a_clean_end()

    guard(later, tmp_path, "refuse", crashed=False).record({"m": "2"})

    assert later.state.runs[later.run].code == {"m": "2"}
    assert reports.latest(tmp_path, "jarvis") is None
