"""SIGKILL at random moments: every acknowledged call is there once, whole and in order, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.crash.calls import token_of
from tests.crash.harness import Stage

pytestmark = pytest.mark.crash

CHECKS, KILLS = 5, 3
WAYS: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "without mappings": {"segment_io": "write"},
    "in small segments": {"segment_bytes": 16_384, "drain_interval": 0.01},
    "against power loss": {"durability": "power"},
}


@pytest.mark.parametrize("way", WAYS)
def test_no_acknowledged_call_is_lost_by_kills_at_random_moments(stage: Stage, way: str) -> None:
    for check in range(CHECKS):
        for _ in range(KILLS):
            stage.write_and_kill(settings=WAYS[way])

        ending, last = stage.random.choice(["close", "kill"]), check == CHECKS - 1
        assert not stage.verify(ending=ending, whole=last, settings=WAYS[way]).wrong()

    assert len(stage.said().acknowledged) > 10 * stage.round


def test_no_acknowledged_call_of_forked_children_is_lost_by_kills_either(stage: Stage) -> None:
    for _ in range(6):
        child = stage.open(threads=2, forks=2)
        child.lives_for(stage.random.uniform(0.02, 0.15))
        assert child.kill_group() == -9

        assert not stage.verify(ending=stage.random.choice(["close", "kill"])).wrong(threads=6)

    assert not stage.verify(whole=True).wrong(threads=6)
    assert {token_of(token).thread for token in stage.said().acknowledged} == set(range(6))
