"""What the dashboard makes of what it was told, before a template shows it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from jarvis_ctx.model.report import TaskLine
from jarvis_ctx.web.dashboard import axis, report
from jarvis_ctx.web.dashboard.shown import coded

RUN = {"id": "crew.1.a", "state": "dead", "started": "2026-01-01T10:00:00Z", "ended": "2026-01-01T10:01:00Z"}


def test_a_report_shows_first_what_was_at_work() -> None:
    fates = ("done", "incomplete", "in-flight", "done")
    tasks = [TaskLine(id=str(n), fate=fate, status="", percentage=0) for n, fate in enumerate(fates)]  # type: ignore[arg-type]  # Of a plain tuple.
    insight: Any = SimpleNamespace(report=lambda: SimpleNamespace(tasks=tasks))

    shown = report._report(insight, report.Nothing())

    assert [task.id for task in shown["tasks"]] == ["2", "1", "0", "3"]
    assert shown["counts"] == [("in-flight", 1), ("incomplete", 1), ("done", 2)]


def test_a_crash_is_marked_where_the_run_ended_not_where_the_next_start_found_out() -> None:
    found_out = {"kind": "RunDied", "subject": "crew.1.a", "time": "2026-01-01T10:09:00Z"}

    drawn = axis.drawn([RUN], [found_out], None, None, "2026-01-01T10:10:00Z")

    assert drawn is not None
    (bar,), (mark,) = drawn["bars"], drawn["marks"]
    assert abs(bar["x"] + bar["width"] - mark["x"]) < 1


def test_words_between_backticks_are_code_and_nothing_is_markup() -> None:
    assert coded("<b> runs `jarvis-ctx run`.") == "&lt;b&gt; runs <code>jarvis-ctx run</code>."
