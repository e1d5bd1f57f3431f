"""Times as they are stored and shown."""

from __future__ import annotations

from jarvis_ctx.clock import Clock, SystemClock, iso, moment, seconds, stamp
from tests.fakes import MOMENT, FakeClock


def test_a_stored_time_is_shown_in_utc_to_the_millisecond() -> None:
    assert iso(MOMENT + 1_999) == "2023-11-14T22:13:20.001Z"


def test_times_in_file_names_sort_as_they_passed() -> None:
    stamps = [stamp(MOMENT + step) for step in (0, 1, 999_999, 1_000_000, 3_600_000_000)]

    assert stamps == sorted(set(stamps))
    assert stamps[0] == "20231114T221320.000000Z"


def test_microseconds_become_seconds_and_moments() -> None:
    assert seconds(1_500_000) == 1.5
    assert moment(MOMENT).isoformat() == "2023-11-14T22:13:20+00:00"


def test_the_machines_clocks_tell_microseconds_and_never_go_back() -> None:
    clock: Clock = SystemClock()

    first, second = clock.steady(), clock.steady()

    assert second >= first
    assert clock.wall() > MOMENT


def test_the_fake_clock_moves_only_when_told() -> None:
    clock: FakeClock = FakeClock()
    before = clock.wall(), clock.steady()

    clock.advance(1.5)

    assert (clock.wall() - before[0], clock.steady() - before[1]) == (1_500_000, 1.5)
