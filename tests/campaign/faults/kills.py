"""SIGKILL at random moments of programs that make calls."""

from __future__ import annotations

import os
import signal
from typing import Any

from tests.campaign import stages
from tests.campaign.fault import Fault, Finding, Round
from tests.crash.harness import THREADS

WAYS: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "without mappings": {"segment_io": "write"},
    "in small segments": {"segment_bytes": 16_384, "drain_interval": 0.01},
    "against power loss": {"durability": "power"},
    "committed in the store": {"durability": "store"},
}
"""Settings a round draws from."""
WORKERS, WORKER_THREADS = 3, 8
"""Forked ones beside their orchestrator, each with as many threads as that."""


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


def a_team(round: Round) -> Finding:
    """An orchestrator and its workers are killed at once, or it dies first and they write on for a while."""
    stage, first = stages.stage(round), round.random.choice(("orchestrator", "all"))

    child = stage.open(threads=WORKER_THREADS, forks=WORKERS)
    child.lives_for(round.random.uniform(0.05, 0.5))
    if first == "orchestrator":
        child.kill()
        child.lives_for(round.random.uniform(0, 0.1))
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    verdicts = stage.verify(ending="kill", whole=True)

    found = stages.judged(stage, verdicts, (WORKERS + 1) * WORKER_THREADS)
    found.noted["first"] = first
    return found


FAULTS = (
    Fault(
        id="F1",
        title="`kill -9` of one process, up to three times in a row",
        promise="no acknowledged call is lost, none is doubled, none invented",
        rounds={"small": 60, "full": 1_000, "release": 10_000},
        play=one_writer,
    ),
    Fault(
        id="F2",
        title="`kill -9` of 4 processes with 8 threads each, together or the orchestrator first",
        promise="the same, and no more calls are there without an acknowledgement than were under way",
        rounds={"small": 20, "full": 200, "release": 300},
        play=a_team,
    ),
)
