"""Going back while calls run: they go on in the state that comes back, and what ended since the moment is undone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis_ctx.journal import fold
from jarvis_ctx.journal.fold_restore import restore_body
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery.going_on import with_running_calls
from jarvis_ctx.recovery.victims import victims_of
from jarvis_ctx.recovery.workers import left_by_workers
from tests.unit.recovery.stories import KILLED, POLICY, SECOND, Told, carry_out, planned, started

KEY = "assign_task#1.1"


def claim(task: str, key: str = KEY, method: str = "assign_task") -> Told:
    return "TaskClaimed", task, {"method": method, "key": key, "attempt": 1}


def end(task: str, key: str = KEY, result: Any = 1) -> Told:
    return "TaskFinished", task, {"key": key, "result": result}


def step(kind: str, task: str, name: str, **more: Any) -> Told:
    return kind, task, {"key": f"{task}/assign_task/{name}:1", "name": name, **more}


class Story:
    """One run whose events are folded as they are told."""

    def __init__(self, *told: Told) -> None:
        self.state = fold.empty("jarvis", 100)
        self.events: list[Event] = []
        self.tell(started(1), *told)

    def tell(self, *told: Told, writer: str = "w1") -> Story:
        for kind, subject, body in told:
            number, time = self.state.position.get(WriterId(writer), 0) + 1, self.state.stamp[0] + SECOND
            self.hear(Event(WriterId(writer), number, time, RunId("r1"), kind, subject, body))
        return self

    def hear(self, event: Event) -> None:
        self.events.append(event)
        fold.apply(self.state, event)

    def go_back(self, then: State, run: str = "r1") -> Story:
        back = with_running_calls(then, self.state, run)
        return self.tell(("MomentRestored", "noon", restore_body(back, "noon", "u")))

    @property
    def folded_anew(self) -> State:
        return fold.fold(fold.empty("jarvis", 100), self.events)


def outcomes(state: State) -> dict[str, list[str | None]]:
    return {id: [attempt.outcome for attempt in task.attempts.values()] for id, task in state.tasks.items()}


def test_what_returns_after_the_restore_is_kept_wherever_its_call_began() -> None:
    story = Story(claim("across"))
    then = story.state.copy()
    story.tell(claim("new"))

    story.go_back(then).tell(end("across"), end("new"))

    assert {id: (task.done, len(task.results)) for id, task in story.state.tasks.items()} == {
        "across": (True, 1),
        "new": (True, 1),
    }
    assert story.folded_anew == story.state


def test_a_death_after_the_restore_finds_the_running_calls_in_flight_and_no_others() -> None:
    story = Story(claim("across"), claim("ended"))
    then = story.state.copy()
    story.tell(claim("new"), claim("undone"), end("undone"), end("ended"))

    story.go_back(then)

    assert outcomes(story.state) == {"across": [None], "ended": ["died"], "new": [None]}
    tasks = {line.id: line.next for line in planned(story.state).report.tasks}
    assert tasks == {"across": "re-run", "ended": "re-run", "new": "re-run"}


def test_a_call_that_a_restore_has_undone_is_no_victim_of_the_next_death() -> None:
    story = Story(claim("undone"), claim("running"))
    then = story.state.copy()
    story.tell(end("undone")).go_back(then)

    made = planned(story.state)

    assert victims_of(story.state, story.state.runs["r1"], KILLED, POLICY).interrupted.keys() == {"running"}
    assert {line.id: (line.fate, line.next) for line in made.report.tasks} == {
        "undone": ("incomplete", "re-run"),
        "running": ("in-flight", "re-run"),
    }
    assert made.suspects == {"running"}


def test_a_restore_undoes_no_death_of_a_worker() -> None:
    story = Story(claim("a"))
    then = story.state.copy()
    story.tell(("TaskInterrupted", "a", {"key": KEY, "run": "r1", "counts": False, "worker": True}))

    story.go_back(then)

    assert left_by_workers(story.state, RunId("r1")) == {"a"}


def test_what_was_undone_and_is_done_again_counts_once_and_for_good() -> None:
    story = Story(claim("a"))
    then = story.state.copy()
    story.tell(end("a", result=1)).go_back(then)

    again = "assign_task#1.2"
    story.tell(claim("a", again), end("a", again, result=2))

    after = carry_out(story.state, planned(story.state))
    assert [(attempt.key, attempt.result) for attempt in after.tasks["a"].results] == [(again, 2)]


def test_an_undo_brings_back_what_was_done_and_undoes_what_was_done_since() -> None:
    story = Story()
    noon = story.state.copy()
    story.tell(claim("early"), end("early"), claim("across"))
    before = story.state.copy()
    story.go_back(noon).tell(claim("late"), end("late"), end("across"))

    story.go_back(before)

    assert outcomes(story.state) == {"early": ["finished"], "across": ["died"]}
    assert story.state.tasks["early"].done
    assert story.folded_anew == story.state


def test_a_running_call_keeps_the_steps_it_has_made_and_its_open_step_stays_in_doubt() -> None:
    story = Story()
    noon = story.state.copy()
    story.tell(claim("a"), step("StepStarted", "a", "charge"), step("StepFinished", "a", "charge", result="paid"))
    story.tell(step("StepStarted", "a", "send", idempotency="once"))

    story.go_back(noon)

    found = {known.name: (known.status, known.idempotency) for known in story.state.steps["a"].values()}
    assert found == {"charge": ("finished", ""), "send": ("started", "once")}
    assert [line.name for line in planned(story.state).report.steps_in_doubt] == ["send"]


def test_an_open_step_outside_any_task_stays_in_doubt_and_a_finished_one_is_undone() -> None:
    story = Story()
    noon = story.state.copy()
    for name, kind in (("open", "StepStarted"), ("done", "StepFinished")):
        story.tell((kind, "(no task)", {"key": name, "name": name, "result": 1}))

    story.go_back(noon)

    assert list(story.state.steps["(no task)"]) == ["open"]


def test_a_store_that_nobody_runs_goes_back_without_the_calls_begun_since() -> None:
    story = Story(claim("across"))
    noon = story.state.copy()
    story.tell(claim("new"))

    story.go_back(noon, run="")

    assert outcomes(story.state) == {"across": [None]}


@pytest.mark.parametrize("method", ["assign_task", "review_task"])
def test_an_earlier_call_that_is_undone_leaves_no_result_beside_the_running_one(method: str) -> None:
    story = Story()
    noon = story.state.copy()
    story.tell(claim("a"), end("a"), claim("a", f"{method}#1.2", method))

    story.go_back(noon).tell(end("a", f"{method}#1.2", result=2))

    assert [attempt.result for attempt in story.state.tasks["a"].results] == [2]


def test_what_goes_on_is_dated_by_the_restore_so_that_its_row_is_none_of_those_left_behind() -> None:
    story = Story()
    noon = story.state.copy()
    story.tell(claim("a"), step("StepStarted", "a", "send"))

    story.go_back(noon)

    (sent,) = story.state.steps["a"].values()
    assert story.state.tasks["a"].updated == sent.updated == story.state.restores[-1].at


def test_the_end_of_a_workers_call_counts_though_its_claim_was_heard_only_after_the_restore() -> None:
    story = Story()
    noon, time = story.state.copy(), story.state.stamp[0] + 1
    story.go_back(noon)
    story.hear(Event(WriterId("w2"), 1, time, RunId("r1"), *claim("a")))

    story.tell(end("a", result=2), writer="w2")

    assert [attempt.result for attempt in story.state.tasks["a"].results] == [2]
    assert story.folded_anew == story.state


class Model:
    """What is to be known: which calls run, and which have ended in the branch that counts; by key."""

    def __init__(self) -> None:
        self.story = Story()
        self.running: dict[str, str] = {}
        self.ended: set[str] = set()
        self.calls = 0
        self.points = [(self.story.state.copy(), self.ended)]

    def begin(self, task: str) -> None:
        self.calls += 1
        self.running[f"assign_task#1.{self.calls}"] = task
        self.story.tell(claim(task, f"assign_task#1.{self.calls}"))

    def end(self, which: int) -> None:
        for key in list(self.running)[which : which + 1]:
            self.story.tell(end(self.running.pop(key), key))
            self.ended = self.ended | {key}

    def mark(self, _: object) -> None:
        self.points.append((self.story.state.copy(), self.ended))

    def restore(self, which: int) -> None:
        then, ended = self.points[-1 - which % len(self.points)]
        self.points.append((self.story.state.copy(), self.ended))  # The way back.
        self.story.go_back(then)
        self.ended = ended


def with_outcome(state: State, outcome: str | None) -> set[str]:
    attempts = [attempt for task in state.tasks.values() for attempt in task.attempts.values()]
    return {attempt.key for attempt in attempts if attempt.outcome == outcome}


DOINGS = st.one_of(
    st.tuples(st.just("begin"), st.sampled_from("abc")),
    st.tuples(st.sampled_from(["end", "mark", "restore"]), st.integers(0, 3)),
)


@given(st.lists(DOINGS, max_size=30))
def test_however_often_it_goes_back_what_runs_is_in_flight_and_what_ended_in_this_branch_counts(
    doings: list[tuple[str, Any]],
) -> None:
    model = Model()

    for doing, which in doings:
        getattr(model, doing)(which)

    state = model.story.state
    assert with_outcome(state, None) == set(model.running)
    assert with_outcome(state, "finished") == model.ended
    assert model.story.folded_anew == state
