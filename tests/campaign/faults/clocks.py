"""The wall clock is set while a run lives."""

from __future__ import annotations

from contextlib import closing

from jarvis_ctx.sidecar import open_view
from tests.campaign.fault import Fault, Finding, Round
from tests.crash import clocks, test_clock_jumps

HOUR, DAY, YEAR = 3_600, 86_400, 31_557_600
JUMPS = (-1, 1, -HOUR, HOUR, -DAY, DAY, -31 * YEAR, -YEAR, YEAR, 10 * YEAR)
"""Seconds that the clock is set back or on."""


def jump(round: Round) -> Finding:
    """Four jumps, and back to the right time after some of them."""
    jumps = [0]
    for seconds in round.random.sample(JUMPS, 4):
        jumps += [seconds, *round.random.choice(((0,), ()))]

    with closing(open_view(clocks.live_through(round.folder, jumps))) as view:
        test_clock_jumps.test_the_schedule_goes_on_and_events_keep_their_order(view, jumps)
        test_clock_jumps.test_nothing_is_cleaned_up_and_no_agent_is_called_stale(view)
        test_clock_jumps.test_the_latest_checkpoint_is_known_as_the_latest(view)

    found = Finding(noted={"jumps": jumps})
    found.tally["jumps"] = len(jumps) - 1
    return found


FAULTS = (
    Fault(
        id="F12",
        title="the wall clock jumps by a second to 31 years, on and back, while a run lives",
        promise="order, schedule and the latest checkpoint stay right, nothing is cleaned up, nobody is called stale",
        rounds={"small": 4, "full": 30, "release": 60},
        missing=clocks.missing,
        play=jump,
    ),
)
