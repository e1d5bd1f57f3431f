"""SIGKILL while a recovery is at work."""

from __future__ import annotations

import shutil

from tests.campaign import stages
from tests.campaign.fault import Fault, Finding, Round
from tests.crash.harness import THREADS

KILLS = 3


def kill_while_recovering(round: Round) -> Finding:
    """The same dead store is recovered undisturbed, and after recoveries that were killed: the same comes out."""
    stage = stages.stage(round)
    stage.write_and_kill(least=0.05)
    dead = shutil.copytree(stage.store, round.folder / "dead")
    undisturbed = stage.verify(ending="kill", whole=True).checked

    shutil.rmtree(stage.store)
    dead.rename(stage.store)
    for _ in range(KILLS):
        stage.kill_within(stage.recover(), undisturbed.opened * 1.3)
    verdicts = stage.verify(ending="kill", whole=True)

    found = stages.judged(stage, verdicts, THREADS)
    found.tally["kills"] = KILLS
    if verdicts.checked.contents != undisturbed.contents:
        found.wrong.append("the state differs from that of the undisturbed recovery")
    if verdicts.checked.report is None or verdicts.checked.report.events_lost:
        found.wrong.append(f"the report: {verdicts.checked.report}")
    return found


FAULTS = (
    Fault(
        id="F4",
        title="`kill -9` of three recoveries in a row, then one that is not disturbed",
        promise="the state is the one that an undisturbed recovery gives",
        rounds={"small": 15, "full": 200, "release": 200},
        play=kill_while_recovering,
    ),
)
