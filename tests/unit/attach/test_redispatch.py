"""After a crash, with `resume="redispatch"`, unfinished tasks are called by the sidecar itself."""

from __future__ import annotations

import asyncio
import os
import threading
from datetime import date

import pytest

from jarvis_ctx.attach.decorator import integrate_context_manager
from jarvis_ctx.model.redispatched import Redispatched
from tests.unit.attach.dying import Program, died_at, program, proxied
from tests.unit.attach.reading import attempts, context


def outcomes(found: list[Redispatched]) -> list[tuple[str, str]]:
    return [(one.task, one.outcome) for one in found]


def test_an_unfinished_task_is_called_at_the_first_captured_call_with_the_arguments_it_had() -> None:
    log = died_at("b", lambda o: o.assign_task({"id": "b", "due": date(2026, 1, 2)}, tags={1, 2}, deep=(1, b"x")))

    second = program()()
    second.register_agent("a")
    joined = second.assign_task({"id": "b"})

    assert joined == ("did b", {"id": "b", "due": date(2026, 1, 2)}, {"tags": {1, 2}, "deep": (1, b"x")})
    assert log == ["b"]
    assert attempts(second) == {"b": 2}


def test_making_the_object_calls_nothing_yet_and_calls_from_inside_its_init_do_not_either() -> None:
    log = died_at("b", lambda o: o.run_task("b"))

    class Late(program()):  # type: ignore[misc]  # made by a function
        def __init__(self) -> None:
            self.register_agent("a")
            self.log.append("ready")

    late = Late()
    assert log == ["ready"]
    late.register_agent("a")
    context(late).resume()

    assert log == ["ready", "b"]


def test_resume_says_what_became_of_each_call() -> None:
    died_at("b", lambda o: (o.run_task("a"), o.assign_task({"id": "b"})))

    second = program()()

    assert outcomes(context(second).resume()) == [("b", "finished")]
    assert context(second).due is None


def test_the_programs_own_call_gets_the_very_exception_of_the_redispatched_one() -> None:
    log = died_at("fails", lambda o: o.run_task("fails"))
    second = program()()

    (made,) = context(second).resume()
    with pytest.raises(LookupError, match="did fails"):
        second.run_task("fails")

    assert (made.outcome, made.reason, log) == ("failed", "LookupError: did fails", ["fails"])


def test_one_call_joins_one_redispatched_call_and_the_next_is_made() -> None:
    log = died_at("b", lambda o: o.assign_task({"id": "b"}, n=1))
    second = program()()

    joined, made = second.assign_task({"id": "b"}), second.assign_task({"id": "b"}, n=3)

    assert (joined[2], made[2], log) == ({"n": 1}, {"n": 3}, ["b", "b"])


def test_an_equal_call_that_had_finished_keeps_its_own_result() -> None:
    def twice(o: Program) -> None:
        o.run_task("a")
        type(o).dies_at = "a"
        o.run_task("a")

    log = died_at("b", twice)
    second = program()()

    results = [second.run_task("a") for _ in range(3)]

    assert results == ["did a"] * 3
    assert log == ["a", "a"]
    assert set(attempts(second).values()) == {1, 2}


def test_a_call_made_by_another_unfinished_one_is_left_to_that_and_finished_steps_are_not_done_twice() -> None:
    log = died_at("inner", lambda o: o.start_task("inner"), steps=["charge"])
    second = program(steps=["charge"])()

    made = context(second).resume()

    assert outcomes(made) == [("inner", "finished")]
    assert log == ["start inner", "inner", "charge inner"]


@pytest.mark.parametrize("explicit", [True, False])
def test_coroutine_functions_are_called_in_the_event_loop(explicit: bool) -> None:
    log = died_at("b", lambda o: asyncio.run(o.execute_task("b")))
    second = program()()

    async def main() -> object:
        assert not explicit or outcomes(await context(second).aresume()) == [("b", "finished")]
        assert await second.execute_task("other") == "did other"
        return await second.execute_task("b")

    assert outcomes(context(second).resume()) == [("b", "waiting")]
    assert asyncio.run(main()) == "did b"
    assert log == ["b", "other"]


def test_generators_are_drained_and_a_generator_that_joins_gets_all_their_items() -> None:
    log = died_at("g.2", lambda o: list(o.process_task("g")))
    second = program()()

    context(second).resume()
    items = list(second.process_task("g"))

    assert (items, log) == (["did g.1", "did g.2"], ["g.1", "g.2"])


def test_async_generators_are_drained_too() -> None:
    async def items(o: Program) -> list[str]:
        return [item async for item in o.handle_task("g")]

    log = died_at("g.2", lambda o: asyncio.run(items(o)))

    assert asyncio.run(items(program()())) == ["did g.1", "did g.2"]
    assert log == ["g.1", "g.2"]


def test_class_methods_are_called_on_the_class_and_need_no_object() -> None:
    Program.dies_in_class = classmethod(lambda cls, task: cls.work(cls, task))  # type: ignore[method-assign,assignment]
    log = died_at("c", lambda o: type(o).perform_task("c"))

    assert program().perform_task("c") == "did c"
    assert log == ["c", "c"]


def test_methods_of_a_proxied_object_are_called_through_the_proxy() -> None:
    log = died_at("b", lambda o: o.run_task("b"), made=proxied)

    second = proxied()

    (made,) = context(second).resume()

    assert (made.outcome, second.run_task("b"), log) == ("finished", "did b", ["b"])


@pytest.mark.parametrize(
    ("task", "why"),
    [
        ({"id": "b", "client": threading.Event()}, "argument 'task' holds a threading.Event, which cannot be stored"),
        ({"id": "b", "text": "x" * 70_000}, "argument 'task' is larger than max_argument_bytes"),
        ({"id": "b", "auth": [{"api_key": "k"}]}, "argument 'task' holds 'api_key', which is never stored"),
    ],
)
def test_a_call_whose_arguments_are_not_stored_is_left_to_the_program_with_the_reason(task: object, why: str) -> None:
    log = died_at("b", lambda o: o.assign_task(task))
    second = program()()

    made = context(second).resume()

    assert [(one.outcome, one.reason) for one in made] == [("refused", why)]
    assert (second.assign_task({"id": "b"})[0], log) == ("did b", ["b"])


@pytest.mark.parametrize("resume", ["report", "skip"])
def test_the_other_modes_call_nothing_by_themselves(resume: str) -> None:
    log = died_at("b", lambda o: o.run_task("b"))
    second = program(resume=resume)()

    second.register_agent("a")

    assert (context(second).resume(), asyncio.run(context(second).aresume()), log) == ([], [], [])


def test_nothing_is_called_after_a_clean_end() -> None:
    log = died_at("b", lambda o: o.run_task("b"))
    context(program(resume="report")()).close()
    second = program()()

    second.register_agent("a")

    assert (context(second).resume(), log) == ([], [])


def test_a_changed_code_that_is_to_start_fresh_calls_nothing() -> None:
    log = died_at("b", lambda o: o.run_task("b"))

    class Changed(Program):
        def run_task(self, goal: str) -> str:
            return "changed"

    Changed.__qualname__ = Program.__qualname__
    second = program(on_code_change="fresh")()
    context(second).record_code({"Program.run_task": "changed"})

    assert (outcomes(context(second).resume()), log) == ([], [])


def test_a_call_whose_arguments_lost_a_secret_is_left_to_the_program() -> None:
    token = "ghp_" + "a1B2" * 9
    log = died_at("b", lambda o: o.assign_task({"id": "b", "note": token}), secrets="drop")
    second = program(secrets="drop")()

    (made,) = context(second).resume()

    assert (made.outcome, log) == ("refused", [])
    assert made.reason == "it holds a secret, and secrets='drop' keeps none"


def test_a_forked_child_makes_no_call_again_and_waits_for_none() -> None:
    log = died_at("b", lambda o: o.run_task("b"))
    second = program()()

    child = os.fork()
    if child == 0:
        context(second).resume()
        os._exit(second.run_task("b") != "did b" or len(log) != 1)
    _, status = os.waitpid(child, 0)

    assert (os.waitstatus_to_exitcode(status), log) == (0, [])


def test_the_state_of_the_object_is_back_before_its_calls_are_made() -> None:
    log = died_at("b", lambda o: (setattr(o, "note", "before"), o.register_agent("a"), o.run_task("b")), state=["note"])

    class Later(Program):
        def run_task(self, goal: str) -> str:
            self.log.append(self.note)  # type: ignore[attr-defined]  # what its state gives back
            return goal

    Later.__qualname__ = program().__qualname__
    second = integrate_context_manager(resume="redispatch", state=["note"])(Later)()
    context(second).resume()

    assert log == ["before"]
