"""The latest recovery report is made ready once, and again when there is another one."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.model.run import CauseOfDeath
from jarvis_ctx.recovery import reports
from jarvis_ctx.recovery.reports import Latest

SECRET = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD"
REPORT = RecoveryReport(
    orchestrator="crew",
    run="crew.2.a",
    recovered_run="crew.1.a",
    epoch=2,
    created="",
    cause=CauseOfDeath(cause="killed", sentence=f"It said {SECRET}."),
    started="",
    died_between=("", ""),
    last_event="",
    events=1,
)


@pytest.fixture
def latest(tmp_path: Path) -> Latest:
    return Latest(tmp_path, "crew", None, Redaction())


def test_without_a_recovery_there_is_none(latest: Latest) -> None:
    assert latest() is None


def test_it_is_shown_without_secrets_and_made_ready_once(latest: Latest, tmp_path: Path) -> None:
    reports.write(tmp_path, REPORT)

    first, again = latest(), latest()

    assert first is not None
    assert first.cause.sentence == "It said [redacted]."
    assert again is first


def test_another_report_is_read(latest: Latest, tmp_path: Path) -> None:
    reports.write(tmp_path, REPORT)
    latest()

    reports.write(tmp_path, msgspec.structs.replace(REPORT, epoch=3))

    assert getattr(latest(), "epoch", None) == 3


def test_one_that_is_known_counts_before_all_files(latest: Latest, tmp_path: Path) -> None:
    reports.write(tmp_path, REPORT)
    known = msgspec.structs.replace(REPORT, epoch=4)

    shown = latest(known)

    assert getattr(shown, "epoch", None) == 4
    assert latest(known) is shown
