"""What the dashboard makes of what it was told, before a template shows it."""

from __future__ import annotations

from jarvis_ctx.web.dashboard import axis
from jarvis_ctx.web.dashboard.shown import coded

RUN = {"id": "crew.1.a", "state": "dead", "started": "2026-01-01T10:00:00Z", "ended": "2026-01-01T10:01:00Z"}


def test_a_crash_is_marked_where_the_run_ended_not_where_the_next_start_found_out() -> None:
    found_out = {"kind": "RunDied", "subject": "crew.1.a", "time": "2026-01-01T10:09:00Z"}

    drawn = axis.drawn([RUN], [found_out], None, None, "2026-01-01T10:10:00Z")

    assert drawn is not None
    (bar,), (mark,) = drawn["bars"], drawn["marks"]
    assert abs(bar["x"] + bar["width"] - mark["x"]) < 1


def test_words_between_backticks_are_code_and_nothing_is_markup() -> None:
    assert coded("<b> runs `jarvis-ctx run`.") == "&lt;b&gt; runs <code>jarvis-ctx run</code>."
