"""The schedule's promises: each job at its interval, none ended by its own error, none after stop."""

from __future__ import annotations

import threading
import time
from datetime import datetime

import pytest

from jarvis_ctx.checkpoint.schedule import Schedule
from jarvis_ctx.checkpoint.steady_zone import SteadyZone


def test_every_job_runs_again_and_again() -> None:
    turns = {name: threading.Semaphore(0) for name in ("a", "b")}
    schedule = Schedule({name: (0.01, turn.release) for name, turn in turns.items()})

    schedule.start()

    assert all(turn.acquire(timeout=10) for turn in turns.values() for _ in range(3))
    schedule.stop()


@pytest.mark.parametrize("jump", [-3600.0, 86_400.0, -978_307_200.0, 315_360_000.0])
def test_time_goes_on_evenly_when_the_wall_clock_is_set(jump: float) -> None:
    wall, steady = [time.time()], [1000.0]
    zone = SteadyZone(lambda: wall[0], lambda: steady[0])
    before = zone.fromutc(datetime.fromtimestamp(wall[0]))

    wall[0], steady[0] = wall[0] + jump + 2, steady[0] + 2
    after = zone.fromutc(datetime.fromtimestamp(wall[0]))

    assert abs((after - before).total_seconds() - 2) < 0.001


def test_a_job_that_fails_is_logged_and_run_again(caplog: pytest.LogCaptureFixture) -> None:
    turns = threading.Semaphore(0)

    def fail() -> None:
        turns.release()
        raise LookupError("planted")

    schedule = Schedule({"checkpoint": (0.01, fail)})
    schedule.start()

    assert all(turns.acquire(timeout=10) for _ in range(2))
    schedule.stop()
    assert "checkpoint failed and is tried again at its next turn" in caplog.text


@pytest.mark.parametrize("error", [ImportError, OSError])
def test_a_start_that_fails_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: type[Exception]
) -> None:
    turns, tries = threading.Semaphore(0), Schedule._try_to_start

    def fail_once(schedule: Schedule) -> None:
        monkeypatch.setattr(Schedule, "_try_to_start", tries)
        raise error("planted")

    monkeypatch.setattr("jarvis_ctx.checkpoint.schedule.RETRY", 0.01)
    monkeypatch.setattr(Schedule, "_try_to_start", fail_once)
    schedule = Schedule({"checkpoint": (0.01, turns.release)})

    schedule.start()

    assert turns.acquire(timeout=10)
    schedule.stop()
    assert "The schedule cannot start, and is tried again every 0.01 s: planted" in caplog.text


def test_stop_of_a_schedule_that_never_started_returns() -> None:
    Schedule({}).stop()


def test_stop_waits_for_the_job_that_runs_and_lets_no_other_begin() -> None:
    begun, go_on, turns = threading.Event(), threading.Event(), []

    def slow() -> None:
        begun.set()
        go_on.wait(10)
        turns.append("done")

    schedule = Schedule({"slow": (0.01, slow)})
    schedule.start()
    begun.wait(10)
    stopper = threading.Thread(target=schedule.stop)
    stopper.start()
    go_on.set()
    stopper.join(10)

    assert not stopper.is_alive()
    assert turns == ["done"]


def test_a_turn_that_a_busy_machine_delayed_is_not_left_out() -> None:
    turns = threading.Semaphore(0)
    schedule = Schedule({"checkpoint": (0.01, turns.release)})
    schedule.start()
    turns.acquire(timeout=10)
    job = schedule._scheduler.get_job("checkpoint")
    schedule.stop()

    assert (job.misfire_grace_time, job.coalesce) == (None, True)


def test_a_schedule_that_is_stopped_at_once_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    schedule = Schedule({"job": (3600, lambda: None)})

    schedule.start()
    schedule.stop()

    assert set(threading.enumerate()) == before
