"""Captures that failed: all counted, each kind logged once, raised only where that was asked for."""

from __future__ import annotations

import os
from typing import Any

import pytest

from jarvis_ctx.capture.failures import LONGEST, CaptureFailures
from jarvis_ctx.errors import JournalUnavailable
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.model.run import ProcessIdentity, RunRecord

Told = list[tuple[str, str, dict[str, Any]]]


def of(told: Told, *, raises: bool = False, pid: int = 0) -> CaptureFailures:
    """The failures of a run in this process, or with `pid` in one of its workers."""
    process = ProcessIdentity(host="h", pid=pid or os.getpid(), created=0.0, boot_id="b")
    id = RunId("jarvis.1")
    run = RunRecord(id=id, name="jarvis", epoch=1, writer=WriterId("w"), process=process, started=0, chain=id)
    return CaptureFailures(run, lambda *event: told.append(event), raises=raises)


def test_every_failure_is_counted_and_each_kind_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    failures = of([])

    for error in (OSError("disk"), OSError("disk"), TypeError("value")):
        failures.count("assign_task", error)

    assert (failures.total, failures.last) == (3, "assign_task: value")
    assert len(caplog.records) == 2


def test_the_error_is_raised_where_that_was_asked_for() -> None:
    failures, error = of([], raises=True), OSError("disk")

    with pytest.raises(OSError, match="disk") as caught:
        failures.count("assign_task", error)

    assert caught.value is error
    assert failures.total == 1


def test_they_are_told_once_with_their_number_and_the_last_reason() -> None:
    told: Told = []
    failures = of(told)
    failures.count("assign_task", OSError("disk"))
    failures.count("assign_task", OSError("x" * 1000 + "\udcff"))

    failures.tell()
    failures.tell()

    assert told == [("CaptureFailed", "jarvis.1", {"count": 2, "last": ("assign_task: " + "x" * 1000)[:LONGEST]})]


def test_what_the_journal_does_not_take_is_told_later(monkeypatch: pytest.MonkeyPatch) -> None:
    told: Told = []
    failures = of(told)
    failures.count("assign_task", OSError("disk"))

    with monkeypatch.context() as patch:
        patch.setattr(failures, "_append", refuse)
        failures.tell()
    failures.tell()

    assert [body["count"] for _, _, body in told] == [1]


def test_a_worker_tells_of_its_own_at_once_and_ever_more_rarely() -> None:
    told: Told = []
    failures = of(told, pid=os.getpid() + 1)

    for _ in range(9):
        failures.count("assign_task", OSError("disk"))

    assert [body["count"] for _, _, body in told] == [1, 2, 4, 8]


def refuse(*event: object) -> None:
    raise JournalUnavailable(path="store", reason="planted")
