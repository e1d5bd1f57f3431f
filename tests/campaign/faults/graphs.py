"""SIGKILL of a LangGraph thread whose supersteps take no time, with whatever durability LangGraph has by itself."""

from __future__ import annotations

from tests.campaign import stages
from tests.campaign.fault import Fault, Finding, Round
from tests.crash import supersteps

KILLS = 10


def kill_supersteps(round: Round) -> Finding:
    """Kill one thread over and over: none of its acknowledged supersteps is lost, and its checkpoints have no hole."""
    seen = supersteps.killed(stages.stage(round), KILLS, round.folder)
    found = Finding(wrong=seen.wrong)
    found.tally.update({"kills": KILLS, "acknowledged": max(seen.acknowledged), "lost": seen.lost})
    found.tally["begun again"] = seen.again
    return found


FAULTS = (
    Fault(
        id="F46",
        title="`kill -9` of a watched LangGraph graph, ten times in one thread, nodes of 0 ms, default durability",
        promise="no acknowledged superstep is lost, and each life carries the thread on where it was",
        rounds={"small": 1, "full": 20, "release": 100},
        play=kill_supersteps,
    ),
)
