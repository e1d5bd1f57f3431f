"""Captures that failed: all counted, each kind logged once, raised only where that was asked for."""

from __future__ import annotations

import pytest

from jarvis_ctx.capture.failures import CaptureFailures


def test_every_failure_is_counted_and_each_kind_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    failures = CaptureFailures(raises=False)

    for error in (OSError("disk"), OSError("disk"), TypeError("value")):
        failures.count("assign_task", error)

    assert (failures.total, failures.last) == (3, "assign_task: value")
    assert len(caplog.records) == 2


def test_the_error_is_raised_where_that_was_asked_for() -> None:
    failures, error = CaptureFailures(raises=True), OSError("disk")

    with pytest.raises(OSError, match="disk") as caught:
        failures.count("assign_task", error)

    assert caught.value is error
    assert failures.total == 1
