"""A decorated class stays what it was."""

from __future__ import annotations

import copy
import inspect
import pickle
import weakref
from dataclasses import dataclass, field
from typing import Any

import pytest

from jarvis_ctx.attach.decorator import integrate_context_manager


@integrate_context_manager
class Plain:
    """Docs of the class."""

    def __init__(self, goal: str, *, depth: int = 1) -> None:
        """Docs of the making."""
        self.goal, self.depth = goal, depth

    def assign_task(self, task: dict[str, Any], urgent: bool = False) -> str:
        """Docs of the method."""
        return f"{self.goal} {task['id']} {urgent}"


def undecorated() -> type[Any]:
    class Plain:
        def __init__(self, goal: str, *, depth: int = 1) -> None: ...

        def assign_task(self, task: dict[str, Any], urgent: bool = False) -> str:
            return ""

    return Plain


def test_the_class_given_is_the_class_got_back() -> None:
    class Orchestrator: ...

    assert integrate_context_manager(Orchestrator) is Orchestrator
    assert integrate_context_manager(name="other")(Orchestrator) is Orchestrator


def test_names_docs_and_signatures_stay() -> None:
    method = Plain.assign_task

    assert inspect.signature(Plain) == inspect.signature(undecorated())
    assert inspect.signature(method) == inspect.signature(undecorated().assign_task)
    assert (Plain.__doc__, method.__doc__) == ("Docs of the class.", "Docs of the method.")
    assert (method.__name__, method.__qualname__, method.__module__) == ("assign_task", "Plain.assign_task", __name__)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_objects_are_pickled_and_copied_as_before(protocol: int) -> None:
    given = Plain("win", depth=3)

    copies = [pickle.loads(pickle.dumps(given, protocol)), copy.copy(given), copy.deepcopy(given)]

    assert [(type(it), vars(it)) for it in copies] == [(Plain, {"goal": "win", "depth": 3})] * 3
    assert copies[0].assign_task({"id": "t1"}) == "win t1 False"


def test_nothing_is_put_into_an_object_so_slots_are_enough() -> None:
    @integrate_context_manager
    class Slotted:
        __slots__ = ("seen",)

        def __init__(self) -> None:
            self.seen: list[str] = []

        def assign_task(self, task_id: str) -> None:
            self.seen.append(task_id)

    slotted = Slotted()
    slotted.assign_task("t1")

    assert slotted.seen == ["t1"]
    assert not hasattr(slotted, "__dict__")


def test_an_object_is_let_go_when_nobody_holds_it() -> None:
    given = Plain("win")
    given.assign_task({"id": "t1"})
    watched = weakref.ref(given)

    del given

    assert watched() is None


def test_a_class_that_is_made_by_new_alone_is_made_as_before() -> None:
    @integrate_context_manager
    class Made:
        size: int

        def __new__(cls, size: int) -> Made:
            made = super().__new__(cls)
            made.size = size
            return made

    assert Made(3).size == 3
    assert list(inspect.signature(Made).parameters) == ["size"]


def test_a_class_without_a_making_of_its_own_takes_no_arguments_still() -> None:
    @integrate_context_manager
    class Empty:
        def assign_task(self, task_id: str) -> None: ...

    assert str(inspect.signature(Empty)) == "()"
    with pytest.raises(TypeError, match="positional argument"):
        Empty(1)  # type: ignore[call-arg]  # that is the point


def test_a_dataclass_may_be_decorated_on_either_side() -> None:
    class Base:
        def assign_task(self, task_id: str) -> str:
            return task_id * 2

    @integrate_context_manager
    @dataclass(slots=True)
    class Inside(Base):
        done: list[str] = field(default_factory=list)

    @dataclass(slots=True)
    @integrate_context_manager
    class Outside(Base):
        done: list[str] = field(default_factory=list)

    assert [cls(["a"]).assign_task("t1") for cls in (Inside, Outside)] == ["t1t1", "t1t1"]
    assert [cls(["a"]).done for cls in (Inside, Outside)] == [["a"], ["a"]]
