"""SIGKILL at random moments of a program that makes calls."""

from __future__ import annotations

from typing import Any

from tests.campaign import stages
from tests.campaign.fault import Fault, Finding, Round
from tests.crash.harness import THREADS

WAYS: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "without mappings": {"segment_io": "write"},
    "in small segments": {"segment_bytes": 16_384, "drain_interval": 0.01},
    "against power loss": {"durability": "power"},
}
"""Settings a round draws from."""


def one_writer(round: Round) -> Finding:
    """One to three lives of one program in one store, each killed at a random moment; then a recovery."""
    stage, way = stages.stage(round), round.random.choice(list(WAYS))
    lives = round.random.choice((1, 1, 2, 3))

    for _ in range(lives):
        stage.write_and_kill(settings=WAYS[way])
    verdicts = stage.verify(ending="kill", whole=True, settings=WAYS[way])

    found = stages.judged(stage, verdicts, THREADS)
    found.tally["kills"] = lives
    found.noted["way"] = way
    return found


FAULTS = (
    Fault(
        id="F1",
        title="`kill -9` of one process",
        promise="no acknowledged call is lost, none is doubled, none invented",
        rounds={"small": 100, "full": 1_000, "release": 10_000},
        play=one_writer,
    ),
)
