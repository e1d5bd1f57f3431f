"""Inherited and overriding methods: each call is captured, and captured once."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from jarvis_ctx.attach.decorator import integrate_context_manager
from tests.unit.attach.reading import attempts, context


class Undecorated:
    def assign_task(self, task_id: str) -> str:
        return f"base {task_id}"


def test_an_inherited_method_is_captured_and_the_base_class_is_left_alone() -> None:
    before = dict(vars(Undecorated))

    @integrate_context_manager
    class Orchestrator(Undecorated): ...

    orchestrator = Orchestrator()
    Undecorated().assign_task("t2")

    assert orchestrator.assign_task("t1") == "base t1"
    assert dict(vars(Undecorated)) == before
    assert attempts(orchestrator) == {"t1": 1}


def test_an_override_that_calls_super_is_captured_once() -> None:
    @integrate_context_manager
    class Base:
        def assign_task(self, task: Any) -> str:
            return "base"

        def decide_route(self) -> str:
            return "north"

    class Sub(Base):
        def assign_task(self, task: Any) -> str:
            return "sub " + super().assign_task(task)

        def decide_route(self) -> str:
            return "far " + super().decide_route()

    sub = Sub()
    results = sub.assign_task({"id": "t1"}), sub.assign_task("no id"), sub.decide_route()

    assert results == ("sub base", "sub base", "far north")
    assert list(attempts(sub).values()) == [1, 1]
    assert [decision.decision for decision in context(sub).decisions()] == ["far north"]


def test_another_task_given_to_super_is_a_call_of_its_own() -> None:
    @integrate_context_manager
    class Base:
        def assign_task(self, task_id: str) -> None: ...

    class Sub(Base):
        def assign_task(self, task_id: str) -> None:
            super().assign_task(f"{task_id}.1")

    sub = Sub()
    sub.assign_task("t1")

    assert attempts(sub) == {"t1": 1, "t1.1": 1}


def test_a_captured_method_that_calls_itself_or_another_is_captured_each_time() -> None:
    @integrate_context_manager
    class Orchestrator:
        def assign_task(self, task_id: str) -> None:
            if len(task_id) < 3:
                self.assign_task(task_id + "x")
            else:
                self.run_task("y")

        def run_task(self, task_id: str) -> None: ...

    orchestrator = Orchestrator()
    orchestrator.assign_task("t")

    assert attempts(orchestrator) == {"t": 1, "tx": 1, "txx": 1, "y": 1}


def test_what_a_subclass_adds_is_captured_too() -> None:
    @integrate_context_manager
    class Base: ...

    class Sub(Base):
        def assign_task(self, task_id: str) -> None: ...

    sub = Sub()
    sub.assign_task("t1")

    assert attempts(sub) == {"t1": 1}


def test_what_a_subclass_takes_over_as_it_is_is_captured_too() -> None:
    @integrate_context_manager
    class Base:
        def assign_task(self, task_id: str) -> None: ...

        def decide(self) -> str:
            return "base"

    class Sub(Base): ...

    sub = Sub()
    sub.assign_task("t1")
    sub.decide()

    assert attempts(sub) == {"t1": 1}
    assert [decision.decision for decision in context(sub).decisions()] == ["base"]


def test_a_class_between_keeps_its_place_in_the_order_of_resolution() -> None:
    @integrate_context_manager
    class Orchestrator(Undecorated): ...

    class Mixin(Undecorated):
        def assign_task(self, task_id: str) -> str:
            return "mixed " + super().assign_task(task_id)

    class Sub(Orchestrator, Mixin): ...

    sub = Sub()

    assert sub.assign_task("t1") == "mixed base t1"
    assert attempts(sub) == {"t1": 1}


def test_an_abstract_method_stays_abstract_and_its_implementation_is_captured() -> None:
    @integrate_context_manager
    class Base(ABC):
        @abstractmethod
        def assign_task(self, task_id: str) -> None: ...

    class Sub(Base):
        def assign_task(self, task_id: str) -> None: ...

    sub = Sub()
    sub.assign_task("t1")

    assert Base.__abstractmethods__ == {"assign_task"}
    assert attempts(sub) == {"t1": 1}


def test_a_decorator_put_around_a_captured_method_later_changes_nothing() -> None:
    def traced(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def trace(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return trace

    @integrate_context_manager
    class Base:
        def assign_task(self, task_id: str) -> None: ...

        def decide(self) -> str:
            return "base"

    class Sub(Base):
        def decide(self) -> str:
            return "sub " + super().decide()

    for cls, name in ((Base, "assign_task"), (Base, "decide"), (Sub, "decide")):
        setattr(cls, name, traced(getattr(cls, name)))
    sub = Sub()
    sub.assign_task("t1")
    sub.decide()

    assert attempts(sub) == {"t1": 1}
    assert [decision.decision for decision in context(sub).decisions()] == ["sub base"]


def test_a_subclass_decorated_with_another_name_has_a_sidecar_of_its_own() -> None:
    @integrate_context_manager
    class Base:
        def assign_task(self, task_id: str) -> None: ...

    @integrate_context_manager(name="other", decisions=["assign_task"])
    class Sub(Base): ...

    base, sub = Base(), Sub()
    sub.assign_task("t1")

    assert context(sub).settings.name == "other"
    assert attempts(base) == {}
    assert [decision.context for decision in context(sub).decisions()] == [{"task_id": "t1"}]


def test_own_hooks_for_subclasses_still_run() -> None:
    seen = []

    @integrate_context_manager
    class Base:
        def __init_subclass__(cls, tag: str = "", **kwargs: Any) -> None:
            super().__init_subclass__(**kwargs)
            seen.append(tag)

    class Sub(Base, tag="a"):
        def assign_task(self, task_id: str) -> None: ...

    sub = Sub()
    sub.assign_task("t1")

    assert seen == ["a"]
    assert attempts(sub) == {"t1": 1}
