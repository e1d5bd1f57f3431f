"""Steps' promises: kept results replayed, doubts asked about, and nothing kept that could be mistaken."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from jarvis_ctx.capture.current import CurrentStep, current_step
from jarvis_ctx.capture.retries import Retries
from jarvis_ctx.capture.steps import NO_TASK, StepCall
from jarvis_ctx.errors import BadValue, StepInDoubt
from jarvis_ctx.model.ids import TaskId
from tests.unit.capture.keeping import Killed, Run, Work, call


def step(name: str = "charge", *args: Any, **more: Any) -> StepCall:
    return StepCall(name=name, args=args, **more)


def in_task(run: Run, work: Any, task: str = "t") -> Any:
    """What `work` returns as a call on a task that then fails, so that its steps stay."""
    results: list[Any] = []

    def failing() -> None:
        results.append(work())
        raise LookupError

    with pytest.raises(LookupError):
        run.claims.run(call(task), failing)
    return results[0]


def die_in(run: Run, wanted: StepCall, task: str = "t") -> None:
    """Kill a run in the middle of a step."""
    with pytest.raises(Killed):
        run.claims.run(call(task), lambda: run.steps.run(wanted, run.die))


def reconciled(run: Run) -> dict[str, bool]:
    """What the run told of steps in doubt, by their keys."""
    return {body["key"]: body["happened"] for kind, _, body in run.told if kind == "StepReconciled"}


def test_a_step_is_in_the_journal_before_its_work_and_after_it() -> None:
    run, seen = Run(), []

    in_task(run, lambda: run.steps.run(step(), lambda: seen.extend(run.kinds())))

    assert seen == ["TaskClaimed", "StepStarted"]
    assert run.kinds() == ["TaskClaimed", "StepStarted", "StepFinished", "TaskFailed"]


def test_a_finished_step_is_not_done_again_in_a_later_attempt() -> None:
    run, again = Run(), Work("again")
    in_task(run, lambda: run.steps.run(step("charge", 7), Work({"paid": (7,)})))
    later = run.next()

    result = in_task(later, lambda: later.steps.run(step("charge", 7), again))

    assert (result, again.calls) == ({"paid": (7,)}, 0)
    assert "StepStarted" not in later.kinds()


def test_other_arguments_are_another_step() -> None:
    run = Run()
    in_task(run, lambda: run.steps.run(step("charge", 7), Work("seven")))
    later = run.next()

    assert in_task(later, lambda: later.steps.run(step("charge", 8), Work("eight"))) == "eight"


def test_the_same_step_again_in_one_attempt_is_another_step_and_each_is_replayed_in_order() -> None:
    run = Run()
    in_task(run, lambda: [run.steps.run(step(), Work(n)) for n in (1, 2)])
    later = run.next()

    results = in_task(later, lambda: [later.steps.run(step(), Work(n)) for n in (11, 12, 13)])

    assert results == [1, 2, 13]


def test_the_same_name_within_another_step_is_another_step() -> None:
    run = Run()
    in_task(run, lambda: run.steps.run(step("ship"), lambda: run.steps.run(step("charge"), Work("within"))))
    later = run.next()

    assert in_task(later, lambda: later.steps.run(step("charge"), Work("outside"))) == "outside"
    assert next(s.key for s in run.state.steps["t"].values()).startswith("t/assign_task/ship:")


def test_steps_belong_to_their_task() -> None:
    run = Run()
    in_task(run, lambda: run.steps.run(step(), Work("of a")), "a")
    later = run.next()

    assert in_task(later, lambda: later.steps.run(step(), Work("of b")), "b") == "of b"


def test_a_completed_tasks_steps_are_not_kept_for_its_next_call() -> None:
    run = Run()
    run.claims.run(call("t"), lambda: run.steps.run(step(), Work(1)))

    assert run.claims.run(call("t"), lambda: run.steps.run(step(), Work(2))) == 2


def test_a_failed_step_is_done_again_and_the_persons_exception_is_untouched() -> None:
    run, error = Run(), KeyError("theirs")
    with pytest.raises(KeyError) as caught:
        run.claims.run(call("t"), lambda: run.steps.run(step(), Work(error)))
    later = run.next()

    assert (caught.value is error, [s.status for s in run.state.steps["t"].values()]) == (True, ["failed"])
    assert in_task(later, lambda: later.steps.run(step(), Work("again"))) == "again"


def test_of_a_step_that_failed_there_is_no_doubt_to_ask_about() -> None:
    run, asked = Run(), Work("asked")
    with pytest.raises(KeyError):
        run.claims.run(call("t"), lambda: run.steps.run(step(), Work(KeyError())))
    later = run.next()

    assert in_task(later, lambda: later.steps.run(step(reconcile=lambda key: asked()), Work("again"))) == "again"
    assert asked.calls == 0


def test_a_step_in_doubt_without_reconcile_is_done_again() -> None:
    run, again = Run(), Work("again")
    die_in(run, step())
    later = run.next()

    assert in_task(later, lambda: later.steps.run(step(), again)) == "again"
    assert again.calls == 1


def test_a_step_in_doubt_that_a_re_run_calls_with_other_arguments_is_told(caplog: pytest.LogCaptureFixture) -> None:
    run = Run()
    die_in(run, step("fetch", "http://one"))
    later = run.next()

    later.claims.run(call("t"), lambda: later.steps.run(step("fetch", "http://two"), Work("page")))

    assert later.state.tasks[TaskId("t")].never_asked == ("fetch",)
    assert "Step fetch of t was in doubt and was never asked about" in caplog.text


@pytest.mark.parametrize("answer", [None, "sent"])
def test_a_step_in_doubt_that_was_asked_about_or_done_again_is_not_told(
    answer: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    run = Run()
    die_in(run, step())
    later = run.next()

    later.claims.run(call("t"), lambda: later.steps.run(step(reconcile=lambda key: answer), Work("done")))

    assert later.state.tasks[TaskId("t")].never_asked == ()
    assert caplog.text == ""


def test_a_step_in_doubt_that_had_happened_is_not_done_again() -> None:
    run, again, asked = Run(), Work("again"), []

    def find(key: str, *args: Any, **kwargs: Any) -> str:
        asked.append((key, args, kwargs))
        return "invoice 7"

    wanted = step("charge", 7, kwargs={"to": "me"}, reconcile=find)
    die_in(run, wanted)
    later = run.next()

    assert in_task(later, lambda: later.steps.run(wanted, again)) == "invoice 7"
    assert (again.calls, [(args, kwargs) for _, args, kwargs in asked]) == (0, [((7,), {"to": "me"})])
    assert reconciled(later) == {asked[0][0]: True}


def test_what_reconcile_found_is_kept_for_the_next_attempt() -> None:
    run = Run()
    die_in(run, step())
    second = run.next()
    in_task(second, lambda: second.steps.run(step(reconcile=lambda key: "found"), Work("again")))
    third = second.next()

    assert in_task(third, lambda: third.steps.run(step(reconcile=lambda key: "asked anew"), Work("x"))) == "found"


def test_a_step_in_doubt_that_had_not_happened_is_done() -> None:
    run, again = Run(), Work("done now")
    die_in(run, step())
    later = run.next()

    assert in_task(later, lambda: later.steps.run(step(reconcile=lambda key: None), again)) == "done now"
    assert (again.calls, list(reconciled(later).values())) == (1, [False])


def test_reconcile_is_not_asked_where_there_is_no_doubt() -> None:
    run = Run()

    def unasked(key: str) -> str:
        raise AssertionError

    assert in_task(run, lambda: run.steps.run(step(reconcile=unasked), Work(1))) == 1
    later = run.next()
    assert in_task(later, lambda: later.steps.run(step(reconcile=unasked), Work(2))) == 1


def test_a_reconcile_that_raises_leaves_the_step_in_doubt() -> None:
    run, again = Run(), Work("again")
    die_in(run, step())
    later = run.next()

    with pytest.raises(ZeroDivisionError):
        later.claims.run(call("t"), lambda: later.steps.run(step(reconcile=lambda key: 1 // 0), again))

    assert again.calls == 0
    assert [s.status for s in later.state.steps["t"].values()] == ["started"]


@pytest.mark.parametrize(("answer", "result", "calls"), [("found", "found", 0), (None, "again", 1)])
def test_an_async_step_asks_a_reconcile_of_either_colour(answer: Any, result: str, calls: int) -> None:
    async def find(key: str) -> Any:
        return answer

    for reconcile in (find, lambda key: answer):
        run, again = Run(), Work("again")
        die_in(run, step())
        later = run.next()
        wanted = step(reconcile=reconcile)

        assert in_task(later, lambda: asyncio.run(later.steps.arun(wanted, again.later))) == result  # noqa: B023
        assert again.calls == calls
        assert list(reconciled(later).values()) == [answer is not None]


def test_an_async_step_is_replayed_kept_and_failed_as_a_sync_one() -> None:
    run, again = Run(), Work("again")
    in_task(run, lambda: asyncio.run(run.steps.arun(step(), Work("first").later)))
    later = run.next()

    assert in_task(later, lambda: asyncio.run(later.steps.arun(step(), again.later))) == "first"
    with pytest.raises(ValueError, match="theirs"):
        later.claims.run(call("u"), lambda: asyncio.run(later.steps.arun(step(), Work(ValueError("theirs")).later)))
    assert [s.status for s in later.state.steps["u"].values()] == ["failed"]


def test_a_result_that_cannot_be_kept_is_returned_and_leaves_the_step_in_doubt(
    caplog: pytest.LogCaptureFixture,
) -> None:
    run, handle = Run(), object()

    assert in_task(run, lambda: run.steps.run(step(), Work(handle))) is handle

    [record] = run.state.steps["t"].values()
    assert (record.status, record.kept) == ("started", False)
    assert "was done, but its result could not be kept" in record.error
    assert "could not be kept: The result, of type object, cannot be stored exactly" in caplog.text


def test_a_step_outside_any_task_without_a_key_is_done_unkept_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    run = Run()

    results = [run.steps.run(step(), Work(n)) for n in (1, 2)]

    assert (results, run.steps.unkept, run.kinds()) == ([1, 2], 2, [])
    assert len(caplog.records) == 1


def test_a_step_in_a_pool_thread_has_no_task_unless_its_context_went_along() -> None:
    run = Run()

    def spread() -> None:
        thread = threading.Thread(target=run.steps.run, args=(step(), Work(1)))
        thread.start()
        thread.join()

    in_task(run, spread)

    assert (run.steps.unkept, "StepStarted" in run.kinds()) == (1, False)


def test_a_step_outside_any_task_is_kept_under_its_key() -> None:
    run = Run()
    run.steps.run(step(key="invoice 7"), Work("paid"))

    assert run.next().steps.run(step(key="invoice 7"), Work("again")) == "paid"
    assert set(run.state.steps) == {NO_TASK}


def test_of_equal_steps_at_the_same_time_only_one_is_kept() -> None:
    run = Run()

    async def both() -> list[Any]:
        begun = asyncio.Event()

        async def first() -> str:
            begun.set()
            await asyncio.sleep(0)
            return "first"

        async def second() -> Any:
            await begun.wait()
            return await run.steps.arun(step(), Work("second").later)

        return await asyncio.gather(run.steps.arun(step(), first), second())

    assert in_task(run, lambda: asyncio.run(both())) == ["first", "second"]
    assert (run.steps.unkept, len(run.state.steps["t"])) == (1, 1)


def test_equal_steps_at_the_same_time_are_kept_apart_by_their_keys() -> None:
    run = Run()

    async def both() -> None:
        await asyncio.gather(*(run.steps.arun(step(key=k), Work(k).later) for k in ("a", "b")))

    in_task(run, lambda: asyncio.run(both()))

    assert [s.result for s in run.state.steps["t"].values()] == ["a", "b"]


def test_without_replay_every_step_is_done() -> None:
    run = Run()
    in_task(run, lambda: run.steps.run(step(), Work(1)))
    later = Run(2, run.state, replay=False)

    assert in_task(later, lambda: later.steps.run(step(), Work(2))) == 2


def test_after_a_clean_end_every_step_is_done() -> None:
    run = Run()
    in_task(run, lambda: run.steps.run(step(), Work(1)))
    later = run.next_after_a_clean_end()

    assert in_task(later, lambda: later.steps.run(step(), Work(2))) == 2


def failing(*errors: BaseException) -> Work:
    """Work that raises each of these, and then returns."""
    return Work(*errors, "done")


def test_a_step_that_fails_is_tried_again_after_pauses_that_grow() -> None:
    run, work = Run(), failing(*[OSError("down")] * 4)
    retries = Retries(times=4, first=1, factor=3, longest=8)

    result = in_task(run, lambda: run.steps.run(step(retries=retries), work))

    assert (result, run.waited) == ("done", [1, 3, 8, 8])
    assert run.kinds()[1:-1] == ["StepStarted", "StepFailed"] * 4 + ["StepStarted", "StepFinished"]


def test_an_async_step_is_tried_again_as_a_sync_one() -> None:
    run, work = Run(), failing(OSError("down"), OSError("down"))

    result = in_task(run, lambda: asyncio.run(run.steps.arun(step(retries=Retries(first=1)), work.later)))

    assert (result, run.waited) == ("done", [1, 2])


def test_the_last_failure_reaches_the_caller_untouched() -> None:
    run, errors = Run(), [OSError(n) for n in range(3)]

    with pytest.raises(OSError, match="2") as caught:
        run.claims.run(call("t"), lambda: run.steps.run(step(retries=Retries(times=2)), Work(*errors)))

    assert caught.value is errors[2]
    assert [s.status for s in run.state.steps["t"].values()] == ["failed"]


@pytest.mark.parametrize("error", [ValueError("wrong"), KeyError("k"), KeyboardInterrupt(), asyncio.CancelledError()])
def test_what_is_not_to_be_tried_again_is_not(error: BaseException) -> None:
    run, work = Run(), failing(error)
    retries = Retries(times=5, on=(OSError, ValueError), never=(ValueError,))

    with pytest.raises(type(error)):
        run.claims.run(call("t"), lambda: run.steps.run(step(retries=retries), work))

    assert (work.calls, run.waited) == (1, [])


def test_chance_shortens_a_pause_by_its_share_at_most() -> None:
    retries = Retries(first=10, jitter=0.5)

    assert [retries.pause(1, OSError(), chance) for chance in (0, 0.5, 1)] == [10, 7.5, 5]


@pytest.mark.parametrize(
    "wrong",
    [{"times": -1}, {"times": 1.5}, {"first": -1}, {"factor": 0}, {"jitter": 2}, {"on": OSError}, {"never": (3,)}],
)
def test_retries_that_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadValue, match="expected"):
        Retries(**wrong)


def test_a_step_killed_between_two_tries_is_not_in_doubt() -> None:
    run, again = Run(), Work("again")
    run.waited = Waiting(run)  # type: ignore[assignment]

    with pytest.raises(Killed):
        run.claims.run(call("t"), lambda: run.steps.run(step(retries=Retries()), failing(OSError())))
    later = run.next()

    assert in_task(later, lambda: later.steps.run(step(on_doubt="fail"), again)) == "again"


class Waiting:
    """A pause in which the process is killed."""

    def __init__(self, run: Run) -> None:
        self.append = lambda seconds: run.die()


def handed(run: Run, task: str = "t", **more: Any) -> list[CurrentStep]:
    """What a step that fails once was handed, at each of its tries."""
    seen: list[CurrentStep] = []

    def work() -> None:
        step = current_step()
        assert step is not None
        seen.append(step)
        if len(seen) == 1:
            raise OSError

    in_task(run, lambda: run.steps.run(step(retries=Retries(), **more), work), task)
    return seen


def test_a_step_is_handed_its_key_its_epoch_and_the_number_of_its_try() -> None:
    first, second = handed(Run())

    assert (first.name, first.task, first.epoch, first.attempt, second.attempt) == ("charge", "t", 1, 1, 2)
    assert first.idempotency_key == second.idempotency_key
    assert len(first.idempotency_key) == 32


def test_the_idempotency_key_is_the_same_after_a_crash_and_the_tries_count_on() -> None:
    run = Run()
    die_in(run, step())
    before = next(iter(run.state.steps["t"].values()))

    after = handed(run.next())

    assert {step.idempotency_key for step in after} == {before.idempotency}
    assert [(step.epoch, step.attempt) for step in after] == [(2, 2), (2, 3)]


def test_the_idempotency_key_is_another_for_another_task_step_argument_or_call() -> None:
    run = Run()
    keys = [handed(run, task, key=key)[0].idempotency_key for task in ("a", "b") for key in ("x", "y")]
    for _ in range(2):
        run.claims.run(call("done"), lambda: keys.append(run.steps.run(step(), own_key)))
    other = Run(2, run.state, chain="r2")
    keys.append(handed(other, "a", key="x")[0].idempotency_key)

    assert len(set(keys)) == len(keys) == 7


def own_key() -> str:
    step = current_step()
    return step.idempotency_key if step is not None else ""


def test_outside_a_kept_step_there_is_none() -> None:
    run = Run()

    def nested() -> list[Any]:
        unkept = threading.Thread(target=lambda: seen.append(current_step()))
        unkept.start()
        unkept.join()
        return [run.claims.run(call("inner"), current_step), current_step()]

    seen: list[Any] = [current_step(), run.steps.run(step(), current_step)]
    seen += in_task(run, lambda: run.steps.run(step(), lambda: [s and s.name for s in nested()]))

    assert seen == [None, None, None, None, "charge"]


def test_a_step_in_doubt_that_is_to_fail_is_not_done_until_somebody_decides() -> None:
    run, again = Run(), Work("again")
    die_in(run, step())
    second = run.next()

    with pytest.raises(StepInDoubt, match="'charge' of task 't'") as caught:
        second.claims.run(call("t"), lambda: second.steps.run(step(on_doubt="fail"), again))
    third = second.next()
    result = in_task(third, lambda: third.steps.run(step(reconcile=lambda key: "found"), again))

    assert caught.value.facts["idempotency_key"] == next(iter(run.state.steps["t"].values())).idempotency
    assert (again.calls, result) == (0, "found")


def test_a_step_in_doubt_that_is_to_be_skipped_is_taken_for_done_for_good() -> None:
    run, again = Run(), Work("again", "again")
    die_in(run, step())
    second = run.next()
    results = [in_task(second, lambda: second.steps.run(step(on_doubt="skip"), again))]
    third = second.next()
    results.append(in_task(third, lambda: third.steps.run(step(), again)))

    assert (results, again.calls) == ([None, None], 0)


def test_reconcile_goes_before_on_doubt() -> None:
    run, again = Run(), Work("again")
    die_in(run, step())
    later = run.next()

    wanted = step(on_doubt="fail", reconcile=lambda key: None)
    assert in_task(later, lambda: later.steps.run(wanted, again)) == "again"


def test_an_async_step_in_doubt_fails_or_is_skipped_as_a_sync_one() -> None:
    run, again = Run(), Work("again")
    die_in(run, step())
    later = run.next()

    with pytest.raises(StepInDoubt):
        later.claims.run(call("t"), lambda: asyncio.run(later.steps.arun(step(on_doubt="fail"), again.later)))
    assert in_task(later, lambda: asyncio.run(later.steps.arun(step(on_doubt="skip"), again.later))) is None


def test_within_a_step_that_is_done_again_its_finished_steps_are_not() -> None:
    run, charges = Run(), Work("charged", "charged twice")

    def outer(steps: Any, then: Any) -> Any:
        return steps.run(step("ship"), lambda: (steps.run(step("charge"), charges), then())[0])

    with pytest.raises(Killed):
        run.claims.run(call("t"), lambda: outer(run.steps, run.die))
    later = run.next()

    assert in_task(later, lambda: outer(later.steps, lambda: None)) == "charged"
    assert charges.calls == 1


def test_async_steps_at_the_same_time_are_replayed_each_with_its_own_result() -> None:
    run = Run()

    async def all_of(steps: Any, works: list[Work]) -> list[Any]:
        async def nested(n: int) -> Any:
            return await steps.arun(step("outer", n), lambda: steps.arun(step("inner", n), works[n].later))

        return list(await asyncio.gather(*(nested(n) for n in range(3))))

    in_task(run, lambda: asyncio.run(all_of(run.steps, [Work(n) for n in range(3)])))
    later = run.next()

    assert in_task(later, lambda: asyncio.run(all_of(later.steps, [Work("again")] * 3))) == [0, 1, 2]


def test_of_equal_keys_outside_any_task_at_the_same_time_one_is_kept() -> None:
    run = Run()
    within = Work("within")

    result = run.steps.run(step(key="k"), lambda: run.steps.run(step(key="k"), within))

    assert (result, run.steps.unkept) == ("within", 1)
    assert run.kinds() == ["StepStarted", "StepFinished"]


def test_a_step_in_doubt_that_is_to_fail_fails_after_a_clean_end_too() -> None:
    run, again = Run(), Work("again")
    die_in(run, step(on_doubt="fail"))
    later = run.next_after_a_clean_end()

    with pytest.raises(StepInDoubt):
        later.claims.run(call("t"), lambda: later.steps.run(step(on_doubt="fail"), again))
    assert in_task(later, lambda: later.steps.run(step(reconcile=lambda key: "found"), again)) == "found"
    assert again.calls == 0
