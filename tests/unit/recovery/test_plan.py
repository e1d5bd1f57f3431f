"""The plan's promises: pure, the same when made twice or acted on halfway, and just to every task."""

from __future__ import annotations

import msgspec
import pytest

from jarvis_ctx.journal.gather import Gathered
from jarvis_ctx.model.agent import Lease
from jarvis_ctx.model.ids import AgentId
from jarvis_ctx.model.state import State
from tests.fakes import MOMENT
from tests.unit.recovery.death import SECOND, acted, claimed, finished, left, make, run, tell


def fates(state: State, **changed: object) -> dict[str, str]:
    return {line.id: line.fate for line in make(state, **changed).report.tasks}  # type: ignore[arg-type]  # its own


def busy() -> State:
    """One task of every fate: done, in flight, in flight alone for the third time, failed, only begun."""
    state = left(claimed("done"), finished("done"), claimed("flying"), claimed("third", alone=True))
    state.tasks["third"] = msgspec.structs.replace(state.tasks["third"], deaths_alone=2)
    return tell(
        state,
        run(1),
        claimed("failed"),
        ("TaskFailed", "failed", {"key": "k"}),
        ("TaskProgressed", "begun", {"percentage": 40}),
        ("StepStarted", "flying", {"key": "flying/charge:1.1", "name": "charge"}),
    )


def test_a_plan_changes_none_of_its_arguments() -> None:
    state = busy()
    before = msgspec.json.encode(state)

    make(state)

    assert msgspec.json.encode(state) == before


def test_the_same_death_is_planned_the_same_way_twice() -> None:
    assert make(busy()) == make(busy())


def test_each_task_has_the_fate_it_had_at_the_death() -> None:
    assert fates(busy()) == {
        "done": "done",
        "flying": "in-flight",
        "third": "quarantined",
        "failed": "failed",
        "begun": "incomplete",
    }


def verdicts(state: State) -> dict[str, tuple[list[str | None], int, bool]]:
    """What the state says of each task's calls, deaths and quarantine."""
    outcomes = {id: [a.outcome for a in task.attempts.values()] for id, task in state.tasks.items()}
    return {id: (outcomes[id], task.deaths_alone, bool(task.quarantined)) for id, task in state.tasks.items()}


def test_acting_twice_changes_nothing() -> None:
    made = make(busy())
    once = verdicts(acted(busy(), made))

    twice = acted(acted(busy(), made), made)

    assert verdicts(twice) == once
    assert twice.steps == busy().steps


@pytest.mark.parametrize("upto", range(6))
def test_a_recovery_killed_while_acting_is_taken_up_as_if_it_had_not_been(upto: int) -> None:
    whole = make(busy())

    again = make(acted(busy(), whole, upto=upto), by=3, tries=2)

    assert (again.suspects, again.skip) == (whole.suspects, whole.skip)
    assert {t.id: t.fate for t in again.report.tasks} == {t.id: t.fate for t in whole.report.tasks}
    assert verdicts(acted(acted(busy(), whole, upto=upto), again, by=3)) == verdicts(acted(busy(), whole))


def test_after_an_unexplained_death_all_that_was_in_flight_is_suspect() -> None:
    made = make(left(claimed("a"), claimed("b"), claimed("c"), finished("c")))

    assert made.suspects == {"a", "b"}
    assert [e.body["counts"] for e in made.events if e.kind == "TaskInterrupted"] == [False, False]


def test_only_a_death_in_isolation_counts() -> None:
    told = (claimed("beside"), claimed("alone", alone=True))

    state = acted(left(*told), make(left(*told)))

    assert (state.tasks["alone"].deaths_alone, state.tasks["beside"].deaths_alone) == (1, 0)


def test_one_death_counts_once_for_a_task_with_several_calls_in_flight() -> None:
    told = (claimed("t", "outer", alone=True), claimed("t", "inner", alone=True))

    state = acted(left(*told), make(left(*told)))

    assert state.tasks["t"].deaths_alone == 1


def test_power_loss_counts_against_nobody_and_isolates_nobody() -> None:
    made = make(busy(), kind="power-loss")

    assert made.suspects == set()
    assert not any(event.body.get("counts") for event in made.events)
    assert {event.kind for event in made.events} == {"RunDied", "TaskInterrupted"}


def test_a_power_loss_quarantines_nobody_however_low_the_limit() -> None:
    assert "quarantined" not in fates(busy(), kind="power-loss", max_attempts=1).values()


@pytest.mark.parametrize(("deaths", "quarantined"), [(0, False), (1, False), (2, True)])
def test_quarantine_comes_with_the_last_allowed_death(deaths: int, quarantined: bool) -> None:
    state = left(claimed("t", alone=True))
    state.tasks["t"] = msgspec.structs.replace(state.tasks["t"], deaths_alone=deaths)

    made = make(state)

    assert ("t" in made.suspects) is not quarantined
    assert any(event.kind == "TaskQuarantined" for event in made.events) is quarantined


@pytest.mark.parametrize(("tries", "skip"), [(1, True), (3, True), (4, False)])
def test_three_failed_recoveries_fall_back_to_a_report(tries: int, skip: bool) -> None:
    made = make(left(claimed("t")), tries=tries)

    assert (made.skip, made.suspects == {"t"}) == (skip, skip)
    assert bool(made.report.resume_refused) is not skip
    assert made.report.recoveries_begun == tries


def test_a_report_alone_changes_no_call() -> None:
    made = make(left(claimed("t")), resume="report")

    assert (made.skip, made.suspects) == (False, set())


def test_every_run_without_an_end_is_told_dead_each_with_its_own_cause() -> None:
    between = acted(left(claimed("t")), make(left(claimed("t"))), upto=0)

    made = make(between, by=3, tries=2)

    died = {event.subject: event.body["cause"] for event in made.events if event.kind == "RunDied"}
    assert died["jarvis.1"]["cause"] == "killed"
    assert died["jarvis.2"]["sentence"] == "It was ended while it recovered from the death of jarvis.1."


def test_steps_without_an_end_are_reported_in_doubt() -> None:
    [doubt] = make(busy()).report.steps_in_doubt

    assert (doubt.task, doubt.name, doubt.key) == ("flying", "charge", "flying/charge:1.1")


def test_the_death_lies_between_the_last_event_and_this_start() -> None:
    report = make(left(claimed("t"))).report

    assert report.died_between == ("2023-11-14T22:14:20.000Z", "2023-11-14T22:15:20.000Z")
    assert report.last_event == report.died_between[0]
    assert report.events == 2


def test_lost_numbers_and_damage_reach_the_report() -> None:
    gathered = Gathered(lost={"w1": [(3, 5), (9, 9)]}, damaged=["A page is torn."], sources={"segments": 7})

    report = make(left(), gathered=gathered).report

    assert (report.lost, report.events_lost) == (4, {"w1": [(3, 5), (9, 9)]})
    assert (report.damage, report.sources) == (["A page is torn."], {"segments": 7})


def test_only_a_power_loss_may_have_taken_something_without_a_trace() -> None:
    assert make(left()).report.possibly_lost == ""
    assert "the last 1 s before it" in make(left(), kind="power-loss").report.possibly_lost


def test_agents_silent_for_long_before_the_death_are_stale_and_those_that_left_are_not() -> None:
    death = MOMENT + 60 * SECOND + 500 * SECOND
    state = left(*((kind, agent, {}) for kind, agent in SEEN))
    tell(state, run(1), ("AgentGone", "gone", {}))
    state.stamp = (death, "w1", 9)
    leases = [
        Lease(agent=AgentId("fresh"), beat=death - SECOND),
        Lease(agent=AgentId("stale"), beat=death - 301 * SECOND),
        Lease(agent=AgentId("gone"), beat=death - 400 * SECOND),
    ]

    lines = {line.id: (line.stale_at_death, line.silent_for) for line in make(state, leases=leases).report.agents}

    assert lines["fresh"] == (False, 1.0)
    assert lines["stale"] == (True, 301.0)
    assert lines["gone"] == (False, 400.0)
    assert lines["never beat"][0] is True


SEEN = [("AgentSeen", "fresh"), ("AgentSeen", "stale"), ("AgentSeen", "gone"), ("AgentSeen", "never beat")]


def test_another_machine_or_boot_is_named() -> None:
    report = make(left(), new=run(2, boot="other", host="there")).report

    assert report.machine_changed == ["host here -> there", "the machine was booted anew"]


def test_what_this_version_could_not_read_is_named() -> None:
    assert make(left(("FromTheFuture", "t", {}))).report.unreadable == {"FromTheFuture": 1}
