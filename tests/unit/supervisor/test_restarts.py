"""Whether, and when, a command is started again."""

from __future__ import annotations

import pytest

from jarvis_ctx.supervisor.orders import Restart
from jarvis_ctx.supervisor.restarts import LONGEST, Again, Enough, Restarts


def restarts(restart: Restart = "on-failure", most: int = 3, chance: float = 0.0) -> Restarts:
    return Restarts(restart, most, within=60.0, chance=lambda: chance)


@pytest.mark.parametrize(
    ("restart", "failed", "again"),
    [
        ("on-failure", True, True),
        ("on-failure", False, False),
        ("always", True, True),
        ("always", False, True),
        ("never", True, False),
        ("never", False, False),
    ],
)
def test_it_depends_on_the_end_and_on_what_was_asked_for(restart: Restart, failed: bool, again: bool) -> None:
    verdict = restarts(restart).after(0.0, failed=failed)

    assert isinstance(verdict, Again if again else Enough)
    assert not (isinstance(verdict, Enough) and verdict.tripped)


def test_each_pause_is_twice_the_one_before_up_to_the_longest() -> None:
    policy = restarts(most=100)

    pauses = [policy.after(0.0, failed=True) for _ in range(7)]

    assert [pause.pause for pause in pauses if isinstance(pause, Again)] == [0.1, 0.2, 0.4, 0.8, 1.6, LONGEST, LONGEST]


def test_chance_takes_away_at_most_half_of_a_pause() -> None:
    assert restarts(chance=1.0).after(0.0, failed=True) == Again(pause=0.05, number=1)


def test_too_many_deaths_in_the_window_trip_the_breaker() -> None:
    policy = restarts(most=2)

    verdicts = [policy.after(now, failed=True) for now in (0.0, 10.0, 20.0)]

    assert verdicts[2] == Enough(tripped=True)


def test_deaths_before_the_window_are_forgotten() -> None:
    policy = restarts(most=2)

    verdicts = [policy.after(now, failed=True) for now in (0.0, 10.0, 61.0)]

    assert verdicts[2] == Again(pause=0.2, number=2)
