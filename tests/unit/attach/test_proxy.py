"""The proxy: the object as it is, and its calls captured."""

from __future__ import annotations

import asyncio
import copy
import inspect
import pickle
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Self

import pytest

from jarvis_ctx.attach.decorator import integrate_context_manager
from jarvis_ctx.attach.proxy import JarvisOrchestratorWithContext
from jarvis_ctx.errors import BadValue, UnknownMethod
from tests.unit.attach.reading import attempts, context


class Base:
    def assign_task(self, task: dict[str, Any]) -> str:
        return f"base {task['id']}"


class Orchestrator(Base):
    """Docs."""

    limit = 3

    def __init__(self) -> None:
        self.seen: list[str] = []

    def run(self) -> list[str]:
        return [self.assign_task({"id": f"t{number}"}) for number in range(2)]

    def assign_task(self, task: dict[str, Any], urgent: bool = False) -> str:
        self.seen.append(task["id"])
        return super().assign_task(task)

    async def run_task(self, task_id: str) -> str:
        return task_id

    @staticmethod
    def start_task(task_id: str) -> str:
        return task_id

    @classmethod
    def execute_task(cls, task_id: str) -> str:
        return f"{cls.__name__} {task_id}"

    def another(self) -> Self:
        return type(self)()

    def about_its_class(self) -> tuple[str, int]:
        return type(self).__name__, type(self).limit

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    def __len__(self) -> int:
        return 7

    def __iter__(self) -> Iterator[str]:
        return iter(self.seen)


def test_calls_through_the_proxy_are_captured_and_those_they_make_in_turn() -> None:
    orchestrator = Orchestrator()
    jarvis = JarvisOrchestratorWithContext(orchestrator)

    results = jarvis.assign_task({"id": "a"}), jarvis.run()

    assert results == ("base a", ["base t0", "base t1"])
    assert orchestrator.seen == ["a", "t0", "t1"]
    assert attempts(jarvis) == {"a": 1, "t0": 1, "t1": 1}


def test_methods_of_every_kind_are_captured() -> None:
    jarvis = JarvisOrchestratorWithContext(Orchestrator())

    results = asyncio.run(jarvis.run_task("c")), jarvis.start_task("s"), jarvis.execute_task("k")

    assert results == ("c", "s", "Orchestrator k")
    assert attempts(jarvis) == {"c": 1, "s": 1, "k": 1}


def test_the_object_and_its_class_are_left_alone() -> None:
    before = dict(vars(Orchestrator))
    orchestrator = Orchestrator()

    jarvis = JarvisOrchestratorWithContext(orchestrator)
    orchestrator.assign_task({"id": "t1"})

    assert dict(vars(Orchestrator)) == before
    assert vars(orchestrator) == {"seen": ["t1"]}
    assert attempts(jarvis) == {}


def test_attributes_are_the_object_s_own() -> None:
    orchestrator = Orchestrator()
    jarvis: Any = JarvisOrchestratorWithContext(orchestrator)

    jarvis.goal = "win"
    got = vars(orchestrator)["goal"], jarvis.seen is orchestrator.seen
    del jarvis.goal

    assert got == ("win", True)
    assert not hasattr(orchestrator, "goal")
    assert not hasattr(jarvis, "nothing")


def test_the_proxy_passes_for_the_object() -> None:
    orchestrator = Orchestrator()
    jarvis = JarvisOrchestratorWithContext(orchestrator)

    assert isinstance(jarvis, Orchestrator)
    assert isinstance(jarvis, JarvisOrchestratorWithContext)
    assert (len(jarvis), list(jarvis), jarvis == orchestrator) == (7, [], True)
    assert (jarvis.__doc__, jarvis.__class__) == ("Docs.", Orchestrator)
    assert inspect.signature(jarvis.assign_task) == inspect.signature(orchestrator.assign_task)
    assert jarvis.about_its_class() == ("Orchestrator", 3)
    assert type(jarvis.another()) is Orchestrator


def test_entering_the_proxy_gives_the_proxy() -> None:
    jarvis = JarvisOrchestratorWithContext(Orchestrator())

    async def enter() -> Any:
        async with jarvis as entered:
            return entered

    with jarvis as entered:
        assert entered is jarvis
    assert asyncio.run(enter()) is jarvis


def test_a_copy_of_the_proxy_is_a_copy_of_the_object() -> None:
    jarvis = JarvisOrchestratorWithContext(Orchestrator())
    jarvis.seen.append("t1")

    copies = [copy.copy(jarvis), copy.deepcopy(jarvis), pickle.loads(pickle.dumps(jarvis))]

    assert [(type(it), it.seen) for it in copies] == [(Orchestrator, ["t1"])] * 3


def test_an_object_made_of_functions_is_captured_as_well() -> None:
    def assign_task(task: dict[str, Any]) -> str:
        return "done"

    jarvis = JarvisOrchestratorWithContext(SimpleNamespace(assign_task=assign_task))

    assert jarvis.assign_task({"id": "t1"}) == "done"
    assert attempts(jarvis) == {"t1": 1}


def test_a_proxy_takes_the_decorator_s_arguments() -> None:
    jarvis = JarvisOrchestratorWithContext(Orchestrator(), name="other", ignore=["assign_task"], decisions=["another"])

    jarvis.assign_task({"id": "t1"})
    jarvis.another()

    assert context(jarvis).settings.name == "other"
    assert attempts(jarvis) == {}
    assert [decision.decision_type for decision in context(jarvis).decisions()] == ["another"]
    with pytest.raises(UnknownMethod, match=r"did you mean run\?"):
        JarvisOrchestratorWithContext(Orchestrator(), tasks=["runn"])


def test_an_object_of_a_decorated_class_is_captured_once() -> None:
    @integrate_context_manager
    class Decorated(Orchestrator): ...

    decorated = Decorated()
    jarvis = JarvisOrchestratorWithContext(decorated)
    jarvis.assign_task({"id": "t1"})

    assert context(jarvis) is context(decorated)
    assert attempts(jarvis) == {"t1": 1}
    with pytest.raises(BadValue, match="none for an object already attached"):
        JarvisOrchestratorWithContext(decorated, resume="skip")
