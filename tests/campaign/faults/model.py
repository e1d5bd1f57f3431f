"""Hypothesis draws calls, deaths, damage and jumps of the clock, and holds each start against a dict."""

from __future__ import annotations

import os
from collections import Counter

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.campaign.fault import Fault, Finding, Round
from tests.crash import plants
from tests.crash.test_model import Remembering

EXAMPLES, STEPS = 5, 50
"""Of a round."""
QUICKLY = (Phase.generate,)
"""How a planted break is looked for: what shows it need not be short."""


def any_order(round: Round) -> Finding:
    """The next examples; one that fails is made as short as it goes."""
    made = Counter[str]()

    class Counted(Remembering):
        def open(self, *, crashed: bool) -> None:
            made["starts after a death" if crashed else "other starts"] += 1
            super().open(crashed=crashed)

    run_state_machine_as_test(
        seed(round.random.getrandbits(64))(Counted),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=QUICKLY if os.environ.get(plants.VARIABLE) else tuple(Phase),
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Finding(tally=made)


FAULTS = (
    Fault(
        id="F31",
        title=f"any {STEPS} calls, deaths, losses of files, older databases and clocks set wrong, as Hypothesis draws"
        " them",
        promise="after each start the state is what a dict would remember",
        rounds={"small": 1, "full": 12, "release": 200},
        play=any_order,
        limit=600,
    ),
)
