"""SIGKILL while a recovery is at work."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jarvis_ctx.capture.steps import StepCall, Steps
from jarvis_ctx.liveness.marker import CrashMarker
from jarvis_ctx.recovery import begin
from tests.campaign import stages
from tests.campaign.fault import Fault, Finding, Round
from tests.crash.harness import THREADS, Stage
from tests.crash.roles import say

KILLS, TRIES = 3, 20
"""How many recoveries in a row are cut off, and how many may be begun for it."""
AT_WORK, TELLING = f"{__name__}:at_work", f"{__name__}:telling"
MOMENTS = ("recovering", "acting")
"""The words of a recovery after which it is killed: as it opens the store, and as it begins to act on its plan. When it
says more, it was through.
"""
WORK = 0.005
"""Seconds of a step."""
ACTING = 0.3
"""Up to this share of the time that a recovery takes, it is killed after the second of them."""
SAME = ("recovered_run", "cause", "tasks", "steps_in_doubt", "events_lost", "damage")
"""What a report says however often the recovery before it was cut off."""


def at_work() -> None:
    """No break: each step takes a while, so that a death cuts most often some off."""
    run = Steps.run

    def working(self: Steps, call: StepCall, work: Callable[[], Any]) -> Any:
        def slowly() -> Any:
            time.sleep(WORK)
            return work()

        return run(self, call, slowly)

    Steps.run = working  # type: ignore[method-assign]


def telling() -> None:
    """No break: a recovery says when it begins to act on its plan, and when only its marker is left to be cleared."""
    act, clear = begin.act, CrashMarker.clear

    def acting(*given: Any) -> None:
        say("acting")
        act(*given)

    def clearing(self: CrashMarker, orchestrator: str) -> None:
        say("complete")
        clear(self, orchestrator)

    begin.act, CrashMarker.clear = acting, clearing  # type: ignore[assignment, method-assign]


def kill_while_recovering(round: Round) -> Finding:
    """The same dead store is recovered undisturbed, and after recoveries that were killed: the same comes out."""
    stage = stages.stage(round)
    stage.write_and_kill(least=0.05, plant=AT_WORK)
    dead = shutil.copytree(stage.store, round.folder / "dead")
    undisturbed = stage.verify(ending="kill", whole=True).checked

    kills = _cut_off(stage, dead, undisturbed.opened)
    if len(kills) < KILLS:
        return Finding(apart="in which the kills came too late")
    verdicts = stage.verify(ending="kill", whole=True)

    found = stages.judged(stage, verdicts, THREADS)
    found.tally.update({"kills": len(kills), "of them amid its acts": kills.count("acting")})
    if verdicts.checked.contents != undisturbed.contents:
        found.wrong.append("the state differs from that of the undisturbed recovery")
    for name in SAME:
        had, has = (getattr(checked.report, name, None) for checked in (undisturbed, verdicts.checked))
        if had is None or has != had:
            found.wrong.append(f"the report's {name}: {_without(has, had)}, and undisturbed: {_without(had, has)}")
    return found


def _without(some: Any, others: Any) -> Any:
    """What is to be shown of them."""
    return [one for one in some if one not in others] if isinstance(some, list) and isinstance(others, list) else some


def _cut_off(stage: Stage, dead: Path, seconds: float) -> list[str]:
    """Cut off recoveries in a row, the first of the `dead` store; one that was through does not count, nor what it did.

    The last word of each.
    """
    kills = list[str]()
    for _ in range(TRIES):
        shutil.rmtree(stage.store)
        shutil.copytree(dead, stage.store)
        last = _killed(stage, seconds)
        if last in MOMENTS:
            kills.append(last)
            if len(kills) == KILLS:
                break
            shutil.rmtree(dead)
            shutil.copytree(stage.store, dead)
    return kills


def _killed(stage: Stage, seconds: float) -> str:
    """The last that a recovery said before it was killed."""
    child, moment = stage.recover(plant=TELLING), stage.random.choice(MOMENTS)
    said = [child.line()]
    if moment == "acting":
        said.append(child.line())
        seconds *= ACTING
    child.lives_for(stage.random.uniform(0, seconds))
    child.kill()
    return [*said, *child.rest()][-1]


FAULTS = (
    Fault(
        id="F4",
        title=f"`kill -9` of {KILLS} recoveries in a row, each amid its work, then one that is not disturbed",
        promise="state and report are those that an undisturbed recovery gives",
        rounds={"small": 15, "full": 100, "release": 200},
        play=kill_while_recovering,
    ),
)
