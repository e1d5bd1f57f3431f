"""Claims' promises: in the journal before the call, done once across crashes, the person's errors untouched."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from jarvis_ctx.capture.claims import Claims
from jarvis_ctx.capture.current import current_task
from jarvis_ctx.errors import TaskQuarantined
from tests.unit.capture.keeping import Killed, Run, Work, call


def run_both_ways(claims: Claims, task: Any, work: Work, way: str) -> Any:
    return claims.run(task, work) if way == "sync" else asyncio.run(claims.arun(task, work.later))


ways = pytest.mark.parametrize("way", ["sync", "async"])


def test_a_task_is_claimed_before_its_call_and_finished_before_it_returns() -> None:
    run, seen = Run(), []

    run.claims.run(call("t"), lambda: seen.extend(run.kinds()))

    assert seen == ["TaskClaimed"]
    assert run.kinds() == ["TaskClaimed", "TaskFinished"]


@ways
def test_a_finished_task_is_not_called_again_after_a_crash(way: str) -> None:
    run, first, second = Run(), Work({"answer": (1, 2)}), Work("called again")
    before = run_both_ways(run.claims, call("t"), first, way)

    after = run_both_ways(run.next().claims, call("t"), second, way)

    assert (before, after, second.calls) == ({"answer": (1, 2)}, {"answer": (1, 2)}, 0)


def test_a_skipped_call_tells_the_journal_nothing() -> None:
    run = Run()
    run.claims.run(call("t"), Work(1))
    later = run.next()

    result = later.claims.run(call("t"), Work(2))

    assert (later.kinds(), result) == ([], 1)


def test_each_kept_result_stands_for_one_call_in_order() -> None:
    run = Run()
    for n in (1, 2):
        run.claims.run(call("t"), Work(n))
    later, again = run.next(), Work(3)

    results = [later.claims.run(call("t"), again) for _ in range(3)]

    assert (results, again.calls) == ([1, 2, 3], 1)


def test_results_are_kept_by_method() -> None:
    run = Run()
    run.claims.run(call("t", "assign_task"), Work("assigned"))
    later, other = run.next(), Work("started")

    assert later.claims.run(call("t", "start_task"), other) == "started"
    assert later.claims.run(call("t", "assign_task"), Work("again")) == "assigned"


def test_results_are_kept_over_any_number_of_crashes() -> None:
    run = Run()
    run.claims.run(call("t"), Work(1))
    for _ in range(3):
        run = run.next()

    assert run.claims.run(call("t"), Work(2)) == 1


@ways
def test_a_call_that_died_in_flight_is_made_again(way: str) -> None:
    run, again = Run(), Work("again")
    with pytest.raises(Killed):
        run.claims.run(call("t"), run.die)

    later = run.next()
    result = run_both_ways(later.claims, call("t"), again, way)

    assert (result, again.calls) == ("again", 1)
    assert later.told[1][2]["attempt"] == 2


def test_a_failed_call_is_made_again() -> None:
    run = Run()
    with pytest.raises(LookupError):
        run.claims.run(call("t"), Work(LookupError()))

    assert run.next().claims.run(call("t"), Work("again")) == "again"


def test_after_a_clean_end_everything_is_called_again() -> None:
    run = Run()
    run.claims.run(call("t"), Work(1))

    later = run.next_after_a_clean_end()

    assert later.claims.run(call("t"), Work(2)) == 2


def test_a_crash_after_a_clean_end_brings_back_only_its_own_chain() -> None:
    run = Run()
    run.claims.run(call("old"), Work(1))
    second = run.next_after_a_clean_end()
    second.claims.run(call("new"), Work(2))

    third = Run(3, second.state, chain="r2", skip=True)

    assert third.claims.run(call("old"), Work(3)) == 3
    assert third.claims.run(call("new"), Work(4)) == 2


def test_without_skip_nothing_stands_in_for_a_call() -> None:
    run = Run()
    run.claims.run(call("t"), Work(1))

    assert run.next(skip=False).claims.run(call("t"), Work(2)) == 2


def test_what_is_forgotten_is_called_again() -> None:
    run = Run()
    run.claims.run(call("t"), Work(1))
    later = run.next()

    later.claims.forget()

    assert later.claims.run(call("t"), Work(2)) == 2


@pytest.mark.parametrize("result", [None, 0, False, "", [], {"$set": [1]}, float("inf"), 10**40, b"\x00"])
def test_any_storable_result_comes_back_the_same(result: Any) -> None:
    run = Run()
    run.claims.run(call("t"), Work(result))

    back = run.next().claims.run(call("t"), Work("called again"))

    assert (back, type(back)) == (result, type(result))


def test_a_result_that_cannot_be_kept_is_returned_and_the_call_made_again_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    run, handle = Run(), object()

    assert run.claims.run(call("t"), Work(handle)) is handle

    attempt = next(iter(run.state.tasks["t"].attempts.values()))
    assert (attempt.kept, "object" in attempt.lost) == (False, True)
    assert "a restart will run it again" in caplog.text
    assert run.next().claims.run(call("t"), Work("again")) == "again"


@ways
def test_the_persons_exception_passes_through_as_it_is(way: str) -> None:
    run, error = Run(), KeyError("theirs")

    with pytest.raises(KeyError) as caught:
        run_both_ways(run.claims, call("t"), Work(error), way)

    kind, _, body = run.told[-1]
    assert caught.value is error
    assert (kind, body["error"]["type"], run.state.tasks["t"].status) == ("TaskFailed", "builtins.KeyError", "failed")


def test_an_interrupt_and_a_cancellation_are_outcomes_too() -> None:
    run = Run()
    with pytest.raises(KeyboardInterrupt):
        run.claims.run(call("a"), Work(KeyboardInterrupt()))
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run.claims.arun(call("b"), Work(asyncio.CancelledError()).later))

    assert [task.in_flight for task in run.state.tasks.values()] == [[], []]


def test_a_quarantined_task_is_not_called() -> None:
    run, work = Run(), Work(1)
    run.append("TaskClaimed", "t", {"method": "m", "key": "k", "attempt": 1})
    run.append("TaskQuarantined", "t", {"cause": "it was killed"})

    with pytest.raises(TaskQuarantined, match="it was killed"):
        run.claims.run(call("t"), work)

    assert work.calls == 0


def test_the_running_code_knows_its_task_and_nothing_after_it() -> None:
    run, inside = Run(), []

    def outer() -> None:
        inside.append(current_task.get())
        run.claims.run(call("inner"), lambda: inside.append(current_task.get()))
        inside.append(current_task.get())

    run.claims.run(call("outer"), outer)

    assert [claim.task for claim in inside if claim] == ["outer", "inner", "outer"]
    assert inside[0] is not None
    assert inside[0].owner is run
    assert current_task.get() is None


def test_a_nested_call_names_its_outer_task() -> None:
    run = Run()

    run.claims.run(call("outer"), lambda: run.claims.run(call("inner"), Work(1)))

    assert run.told[2][2]["parent"] == "outer"


def test_calls_without_an_id_are_told_apart_by_their_occurrence() -> None:
    claims = Run().claims

    assert [claims.occurrence("m", "d"), claims.occurrence("m", "d"), claims.occurrence("m", "e")] == [1, 2, 1]


def test_a_task_its_orchestrator_completes_itself_stays_open_after_the_call() -> None:
    run = Run()

    run.claims.run(call("t", completes=False, description="read", agent="a"), Work(1))

    task = run.state.tasks["t"]
    assert (task.status, task.description, task.agent, task.in_flight) == ("in_progress", "read", "a", [])
    assert run.next().claims.run(call("t", completes=False), Work(2)) == 2


def test_keys_of_attempts_are_single_across_runs() -> None:
    run = Run()
    run.claims.run(call("t"), Work(1))
    later = run.next(skip=False)
    later.claims.run(call("t"), Work(2))

    attempts = run.state.tasks["t"].attempts
    assert len(attempts) == 2
    assert msgspec.json.encode([a.number for a in attempts.values()]) == b"[1,2]"


def test_a_restore_takes_kept_results_away_and_its_undo_brings_back_those_that_stood_in_for_nothing_yet() -> None:
    run = Run()
    for task in ("taken", "waiting"):
        run.claims.run(call(task), Work(1))
    later = run.next()
    later.claims.run(call("taken"), Work())
    before, later.state.tasks = later.state.tasks, {}
    later.claims.look_again()

    later.state.tasks = before
    later.claims.look_again()

    assert later.claims.run(call("waiting"), Work(2)) == 1
    assert later.claims.run(call("taken"), Work(2)) == 2


def test_what_was_forgotten_stays_so_after_a_restore() -> None:
    run = Run()
    run.claims.run(call("t"), Work(1))
    later = run.next()
    later.claims.forget()

    later.claims.look_again()

    assert later.claims.run(call("t"), Work(2)) == 2
