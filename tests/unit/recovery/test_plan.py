"""From what was found to what is to be done: the plan of a recovery."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import pytest

from jarvis_ctx.journal.gather import Gathered
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.ids import AgentId
from jarvis_ctx.model.run import ProcessIdentity
from jarvis_ctx.recovery import account
from tests.unit.recovery.stories import (
    HERE,
    KILLED,
    POLICY,
    POWER,
    SECOND,
    carry_out,
    claim,
    planned,
    run,
    started,
    told,
)

RETURN = ("TaskFinished", "a", {"key": "k1", "result": 1})


def test_the_same_findings_give_the_same_plan_and_are_not_changed() -> None:
    state = told(started(1), claim("a"), claim("b"))
    before = msgspec.json.encode(state)

    plans = [planned(copy.deepcopy(state)), planned(state)]

    assert plans[0] == plans[1]
    assert msgspec.json.encode(state) == before


def test_carrying_out_a_plan_twice_changes_nothing_the_second_time() -> None:
    state = carry_out(told(started(1), claim("a", alone=True)), planned(told(started(1), claim("a", alone=True))))
    once = msgspec.to_builtins(state.tasks["a"])

    again = planned(state)

    assert [event for event in again.events if event.subject == "a"] == []
    assert msgspec.to_builtins(carry_out(state, again).tasks["a"]) == once


def test_after_an_unexplained_death_whatever_was_in_flight_is_suspect() -> None:
    state = told(started(1), claim("a"), RETURN, claim("b"), claim("c"))

    made = planned(state)

    assert made.suspects == {"b", "c"}
    assert {line.id: line.fate for line in made.report.tasks} == {"a": "done", "b": "in-flight", "c": "in-flight"}


def test_only_a_death_in_isolation_counts_against_a_task() -> None:
    crowd, alone = told(started(1), claim("a"), claim("b")), told(started(1), claim("a", alone=True))

    counts = [carry_out(state, planned(state)).tasks["a"].deaths_alone for state in (crowd, alone)]

    assert counts == [0, 1]


@pytest.mark.parametrize("deaths", [1, 2, 3])
def test_a_task_is_quarantined_at_its_third_death_in_isolation(deaths: int) -> None:
    state = told(started(1))
    for death in range(deaths):
        told(claim("a", alone=True, key=f"k{death}"), state=state)
        state = carry_out(state, planned(state))

    assert bool(state.tasks["a"].quarantined) is (deaths == 3)
    assert state.tasks["a"].shown_status == ("quarantined" if deaths == 3 else "in_progress")


def test_power_loss_makes_nobody_suspect_and_counts_against_nobody() -> None:
    state = told(started(1), claim("a", alone=True))

    made = planned(state, cause=POWER)

    assert made.suspects == set()
    assert carry_out(state, made).tasks["a"].deaths_alone == 0
    assert "1 s" in made.report.possibly_lost


def test_a_power_loss_is_told_of_also_when_the_death_to_recover_from_is_an_earlier_one() -> None:
    made = [planned(told(started(1)), cause=KILLED, cut_off=epoch) for epoch in (0, 2)]

    assert [bool(plan.report.possibly_lost) for plan in made] == [False, True]


def test_a_power_loss_may_take_what_the_run_that_died_did_not_wait_for_and_its_own_sync_interval_is_told() -> None:
    waits: dict[str, Any] = {"policy": {"sync_interval": 7.0}}
    modes = ("process", "power", "store")

    made = [planned(told(started(1, durability=mode, **waits)), cause=POWER) for mode in modes]

    assert "every 7 s" in made[0].report.possibly_lost
    assert [plan.report.possibly_lost for plan in made[1:]] == ["", ""]


def test_a_later_run_that_the_power_took_is_told_of_by_its_own_durability() -> None:
    state = told(started(1, durability="process"))
    told(started(2, durability="power"), state=state, epoch=2)

    made = planned(state, cause=KILLED, cut_off=2)

    assert made.report.possibly_lost == ""


def test_after_three_recoveries_that_were_not_completed_no_call_is_changed() -> None:
    state = told(started(1), claim("a"))

    made = [planned(state, tries=tries) for tries in (3, 4)]

    assert [plan.skip for plan in made] == [True, False]
    assert made[1].report.resume_refused
    assert made[1].suspects == set()


def test_without_skip_nothing_waits_and_nothing_is_skipped() -> None:
    state = told(started(1), claim("a"))

    made = planned(state, policy=msgspec.structs.replace(POLICY, resume="report"))

    assert (made.skip, made.suspects) == (False, set())


def test_a_step_without_an_end_is_named_as_in_doubt() -> None:
    step = ("StepStarted", "a", {"key": "a/charge:1", "name": "charge"})
    other = ("StepFinished", "a", {"key": "a/ship:1", "name": "ship", "result": 1})

    made = planned(told(started(1), claim("a"), step, other))

    assert [(line.task, line.name) for line in made.report.steps_in_doubt] == [("a", "charge")]


def test_lost_numbers_and_damage_are_in_the_report() -> None:
    gathered = Gathered(lost={"w1": [(3, 5), (9, 9)]}, damaged=["A file is damaged."])

    made = planned(told(started(1)), gathered=gathered)

    assert (made.report.events_lost, made.report.lost) == ({"w1": [(3, 5), (9, 9)]}, 4)
    assert made.report.damage == ["A file is damaged."]


def test_an_agent_is_stale_by_its_last_beat_before_the_death() -> None:
    state = told(started(1), ("AgentSeen", "old", {}), ("AgentSeen", "new", {}))
    beats = {"old": state.stamp[0] - 301 * SECOND, "new": state.stamp[0] - 299 * SECOND}

    made = planned(state, leases=[Lease(agent=AgentId(name), beat=beat) for name, beat in beats.items()])

    assert {line.id: line.stale_at_death for line in made.report.agents} == {"old": True, "new": False}


def test_a_run_that_died_while_it_recovered_gets_its_own_end() -> None:
    state = told(started(1), claim("a"))
    told(started(2), state=state, epoch=2)

    state = told(*((e.kind, e.subject, e.body) for e in planned(state).events), state=state, epoch=3)

    assert state.runs["r1"].cause["cause"] == "killed"
    assert "recovered from the death of r1" in state.runs["r2"].cause["sentence"]


def test_another_host_and_another_boot_are_said() -> None:
    elsewhere = ProcessIdentity(host="there", pid=1, created=1.0, boot_id="b2")

    changed = account._machine_changed(run(1, HERE), run(2, elsewhere))

    assert len(changed) == 2
    assert account._machine_changed(run(1), run(2)) == []


def test_the_death_lies_between_the_last_durable_event_and_this_start() -> None:
    state = told(started(1), claim("a"))

    report = planned(state, cause=KILLED).report

    assert report.died_between[0] == report.last_event
    assert report.recovered_run == "r1"
    assert report.run == "r2"
