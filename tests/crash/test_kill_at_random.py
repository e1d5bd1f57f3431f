"""SIGKILL at random moments: every acknowledged call is there once, whole and in order, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

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
