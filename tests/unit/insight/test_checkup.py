"""What the doctor says of growth, agents, lag and versions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jarvis_ctx import __version__
from jarvis_ctx.insight.checkup import folder as folder_check
from jarvis_ctx.insight.checkup import growth
from jarvis_ctx.insight.verification import verify
from jarvis_ctx.model.finding import Finding
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.opening import DATABASE
from tests.tampering import tamper
from tests.unit.insight.planted import PlantedClock

NOW = 1_790_000_000.0
DAY = 86_400


@pytest.fixture
def grown(tmp_path: Path) -> Path:
    """A store of ten days: 10 archived segments of 1 MB, a day apart, and a database of 20 MB."""
    store = tmp_path / "store"
    (store / "journal" / "archive").mkdir(parents=True)
    ages = {"secret.key": 10.0, **{f"journal/archive/{n}.seg.zst": n + 0.5 for n in range(10)}, "jarvis_context.db": 0}
    for name, age in ages.items():
        sizes = {"secret.key": 4096, "jarvis_context.db": 20 * 2**20}
        (store / name).write_bytes(os.urandom(sizes.get(name, 2**20)))
        os.utime(store / name, (NOW - age * DAY,) * 2)
    return store


def found(manager: JarvisContextManager, check: str) -> list[Finding]:
    return [finding for finding in manager.insight.doctor({}) if finding.check == check]


def test_a_store_grows_by_the_share_that_its_journal_got_in_the_last_day(grown: Path) -> None:
    daily = growth.per_day(grown, NOW)

    assert daily == pytest.approx(growth.size(grown) / 10)


def test_a_store_that_is_given_nothing_any_more_does_not_grow(grown: Path) -> None:
    assert growth.per_day(grown, NOW + 2 * DAY) == 0


def test_a_young_store_does_not_say_how_it_grows(grown: Path) -> None:
    os.utime(grown / "secret.key", (NOW - 60, NOW - 60))

    assert growth.per_day(grown, NOW) is None


def test_room_is_told_in_days_and_few_of_them_are_a_warning(grown: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ample = folder_check._room(grown, round(NOW * 1e6))
    monkeypatch.setattr(folder_check, "FEW_DAYS", 10**9)
    scarce = folder_check._room(grown, round(NOW * 1e6))

    assert (ample.level, scarce.level) == ("ok", "warning")
    assert "it grows by 3.1 MB a day, so there is room for " in ample.sentence
    assert "cleanup --yes" in scarce.remedy


def test_an_agent_that_is_stale_or_stuck_is_a_warning(manager: JarvisContextManager, clock: PlantedClock) -> None:
    manager.heartbeat("silent")
    manager.update_task_progress("a", {"status": "in_progress", "agent": "busy"})
    manager.heartbeat("busy")
    before = found(manager, "agents")
    clock.advance(1900)
    manager.heartbeat("busy")

    after = found(manager, "agents")

    assert [finding.level for finding in before] == ["ok"]
    assert {finding.level for finding in after} == {"warning"}
    assert ["silent" in after[0].sentence, "busy" in after[1].sentence] == [True, True]


def test_a_live_run_that_has_not_synced_for_long_is_a_warning(store_path: Path, clock: PlantedClock) -> None:
    with JarvisContextManager(store_path, clock=clock, handle_signals=False, sync_interval=3600) as manager:
        manager.update_task_progress("a", {})
        clock.advance(120)
        (late,) = found(manager, "sync")

    assert late.level == "warning"
    assert "the last sync was 2 min ago" in late.sentence


def test_calls_that_were_slowed_down_by_the_backlog_are_a_warning(store_path: Path) -> None:
    small = {"segment_bytes": 8192, "backlog_bytes": 4096, "backlog_wait": 0.001, "drain_interval": 3600}
    with JarvisContextManager(store_path, handle_signals=False, **small) as manager:
        for number in range(200):
            manager.update_task_progress(f"task-{number}", {"description": "x" * 400})
        (slowed,) = found(manager, "drain")

    assert slowed.level == "warning"
    assert slowed.sentence.startswith("Calls were slowed down ")


def test_versions_are_told_for_a_report_of_a_mistake(manager: JarvisContextManager) -> None:
    (versions,) = found(manager, "versions")

    assert f"jarvis-ctx {__version__}, CPython 3." in versions.sentence


def test_an_event_that_stands_under_what_it_is_not_is_named_by_doctor_and_verify(manager: JarvisContextManager) -> None:
    manager.update_task_progress("one", {"percentage": 40})
    manager.flush()
    before = found(manager, "database")
    tamper(manager.settings.folder / DATABASE, "UPDATE events SET subject = 'two' WHERE subject = 'one'")

    said = [finding.sentence for finding in found(manager, "database") if finding not in before]
    verified = [finding.sentence for finding in verify([manager.insight._view]) if finding.level == "problem"]

    assert len(said) == 1
    assert said == verified
    assert "1 of its events under another time, kind or subject" in said[0]
