"""A plan that was acted on halfway, or twice, does to each task what doing it once at a stretch does."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.ids import AgentId
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery.plan import Plan
from tests.unit.recovery.stories import POLICY, POWER, SECOND, carry_out, claim, planned, started, told


def busy() -> State:
    """What died with one task of every fate: done, in flight, alone for the third time, failed, only begun."""
    state = told(
        started(1),
        claim("done"),
        ("TaskFinished", "done", {"key": "k1", "result": 1}),
        claim("flying"),
        ("StepStarted", "flying", {"key": "flying/charge:1", "name": "charge"}),
        claim("third", alone=True),
        claim("failed"),
        ("TaskFailed", "failed", {"key": "k1"}),
        ("TaskProgressed", "begun", {"percentage": 40}),
    )
    state.tasks["third"] = msgspec.structs.replace(state.tasks["third"], deaths_alone=2)
    return state


def halfway(state: State, made: Plan, upto: int) -> State:
    """The state after run 2 has appended the first `upto` events of its plan, and was killed."""
    first = msgspec.structs.replace(made, events=made.events[:upto])
    return carry_out(told(started(2), state=state, epoch=2), first)


def verdicts(state: State) -> dict[str, Any]:
    """What the state says of each task's calls, deaths and quarantine."""
    outcomes = {id: [a.outcome for a in task.attempts.values()] for id, task in state.tasks.items()}
    return {id: (outcomes[id], task.deaths_alone, bool(task.quarantined)) for id, task in state.tasks.items()}


def test_each_task_has_the_fate_it_had_at_the_death() -> None:
    assert {line.id: line.fate for line in planned(busy()).report.tasks} == {
        "done": "done",
        "flying": "in-flight",
        "third": "quarantined",
        "failed": "failed",
        "begun": "incomplete",
    }


def test_the_same_plan_acted_on_twice_changes_nothing_the_second_time() -> None:
    made = planned(busy())
    once = carry_out(busy(), made)

    twice = carry_out(carry_out(busy(), made), made)

    assert verdicts(twice) == verdicts(once)
    assert twice.steps == busy().steps


@pytest.mark.parametrize("upto", range(5))
def test_a_recovery_killed_while_acting_is_taken_up_as_if_it_had_not_begun(upto: int) -> None:
    whole = planned(busy())

    again = planned(halfway(busy(), whole, upto), tries=2)

    assert (again.suspects, again.skip) == (whole.suspects, whole.skip)
    assert {t.id: t.fate for t in again.report.tasks} == {t.id: t.fate for t in whole.report.tasks}
    assert verdicts(carry_out(halfway(busy(), whole, upto), again)) == verdicts(carry_out(busy(), whole))


def test_the_halves_above_cover_every_event_of_the_plan() -> None:
    kinds = [event.kind for event in planned(busy()).events]

    assert kinds == ["RunDied", "TaskInterrupted", "TaskInterrupted", "TaskQuarantined"]


def test_one_death_counts_once_for_a_task_with_several_calls_in_flight() -> None:
    state = told(started(1), claim("t", alone=True, key="outer"), claim("t", alone=True, key="inner"))

    after = carry_out(state, planned(state))

    assert (after.tasks["t"].deaths_alone, after.tasks["t"].in_flight) == (1, [])


def test_a_power_loss_quarantines_nobody_however_low_the_limit() -> None:
    made = planned(busy(), cause=POWER, policy=msgspec.structs.replace(POLICY, max_attempts=1))

    assert "quarantined" not in {line.fate for line in made.report.tasks}
    assert {event.kind for event in made.events} == {"RunDied", "TaskInterrupted"}


def test_an_agent_that_had_left_is_not_stale() -> None:
    state = told(started(1), ("AgentSeen", "left", {}), ("AgentGone", "left", {}), ("AgentSeen", "silent", {}))
    old = [Lease(agent=AgentId(name), beat=state.stamp[0] - 400 * SECOND) for name in ("left", "silent")]

    lines = {line.id: line.stale_at_death for line in planned(state, leases=old).report.agents}

    assert lines == {"left": False, "silent": True}
