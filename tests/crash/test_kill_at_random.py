"""SIGKILL at random moments: every acknowledged call is there once, whole and in order, and nothing else."""

from __future__ import annotations

import pytest

from tests.crash.harness import Stage

pytestmark = pytest.mark.crash

STORES, CHECKS, KILLS = 4, 5, 3


@pytest.mark.parametrize("store", range(STORES))
def test_no_acknowledged_call_is_lost_by_kills_at_random_moments(stage: Stage, store: int) -> None:
    for check in range(CHECKS):
        for _ in range(KILLS):
            stage.write_and_kill()

        ending, last = stage.random.choice(["close", "kill"]), check == CHECKS - 1
        assert not stage.verify(ending=ending, whole=last).wrong()

    assert len(stage.said().acknowledged) > 20 * stage.round
