"""Cleaning up by itself: once a day, and not by a clock that has jumped."""

from __future__ import annotations

import pytest

from jarvis_ctx import settings
from jarvis_ctx.model.state import State
from jarvis_ctx.retention.agreement import Agreement
from jarvis_ctx.sidecar.cleanups import Rounds
from tests.fakes import FakeClock

DAY = 86_400.0


class Counting:
    """A cleaner that counts."""

    def __init__(self) -> None:
        self.state = lambda: State(name="jarvis")
        self.cleanings = 0

    def clean(self) -> None:
        self.cleanings += 1


@pytest.mark.parametrize(("wall", "boot", "holds"), [(DAY, DAY, True), (DAY, 60, False), (-3600, 60, False)])
def test_the_wall_clock_is_believed_while_it_goes_as_fast_as_the_time_since_boot(
    wall: float, boot: float, holds: bool
) -> None:
    clock = FakeClock()
    agreement = Agreement(clock)

    clock.time += round(wall * 1_000_000)
    clock.elapsed += boot

    assert agreement.holds(0) is holds


def test_a_wall_clock_behind_the_last_event_is_not_believed() -> None:
    clock = FakeClock()

    assert not Agreement(clock).holds(clock.wall() + 3_600_000_000)


def test_a_run_cleans_up_once_a_day() -> None:
    clock, cleaner = FakeClock(), Counting()
    rounds = Rounds(cleaner, settings.load({}, environ={}), clock)  # type: ignore[arg-type]

    for _ in range(145):
        rounds.turn()
        clock.advance(600)

    assert cleaner.cleanings == 2


def test_nothing_is_cleaned_up_by_a_clock_that_has_jumped() -> None:
    clock, cleaner = FakeClock(), Counting()
    rounds = Rounds(cleaner, settings.load({}, environ={}), clock)  # type: ignore[arg-type]

    clock.time += round(400 * DAY * 1_000_000)
    clock.elapsed += 600
    rounds.turn()

    assert cleaner.cleanings == 0
