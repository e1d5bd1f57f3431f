"""Where a task's id, description and agent are found in a call."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from jarvis_ctx.capture.arguments import TaskArguments
from jarvis_ctx.capture.parameters import parameters
from jarvis_ctx.capture.values import Keeping

SELF = object()


def arguments_of(function: Callable[..., Any], **options: str) -> TaskArguments:
    return TaskArguments("do", parameters(function, first=1), Keeping(["dsn"]), **options)


def by_id(self: Any, task_id: Any, agent: Any = "main", description: str = "") -> None: ...
def by_task(self: Any, task: Any) -> None: ...
def by_agent_and_task(self: Any, agent: Any, task: Any) -> None: ...
def by_order_and_task(self: Any, order: Any, task: Any) -> None: ...
def by_item(self: Any, item: Any, *rest: Any, token: str = "", **more: Any) -> None: ...


class Hostile:
    @property
    def id(self) -> str:
        raise RuntimeError("not now")

    task_id = id


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("t1", "t1"),
        (7, "7"),
        (UUID(int=1), str(UUID(int=1))),
        ({"id": "t1"}, "t1"),
        (SimpleNamespace(task_id=3), "3"),
        ("", None),
        ("a\0b", None),
        ("\ud800", None),
        ("x" * 513, None),
        (True, None),
        (None, None),
        (1.5, None),
    ],
)
def test_an_id_is_text_a_whole_number_or_a_uuid(given: Any, expected: str | None) -> None:
    task, _, _ = arguments_of(by_id).read((SELF, given), {})

    assert task == expected


@pytest.mark.parametrize(
    "task",
    [
        {"id": "t1", "title": "Sort", "agent": "a"},
        {"task_id": "t1", "description": "Sort", "agent_id": "a"},
        SimpleNamespace(id="t1", name="Sort", agent=SimpleNamespace(name="a")),
    ],
)
def test_a_mapping_or_an_object_is_asked_for_id_description_and_agent(task: Any) -> None:
    found = arguments_of(by_task).read((SELF, task), {})

    assert found == ("t1", "Sort", "a")


def test_arguments_are_found_by_position_by_keyword_and_by_default() -> None:
    finder = arguments_of(by_id)

    assert finder.read((SELF, "t1", "a", "Sort"), {}) == ("t1", "Sort", "a")
    assert finder.read((SELF,), {"description": "Sort", "task_id": "t1"}) == ("t1", "Sort", "main")


def test_the_id_of_an_agent_is_not_taken_for_the_task_s() -> None:
    found = arguments_of(by_agent_and_task).read((SELF, {"id": "a1"}, {"id": "t1"}), {})

    assert found == ("t1", "", "a1")


def test_an_argument_named_for_a_task_is_asked_before_others() -> None:
    found = arguments_of(by_order_and_task).read((SELF, {"id": "o1", "name": "Order"}, {"id": "t1"}), {})

    assert found == ("t1", "", "")


def test_a_configured_argument_is_asked_before_the_usual_names() -> None:
    finder = arguments_of(by_item, id="ticket", description="label")

    assert finder.read((SELF, {"id": "no"}), {"ticket": "t1"})[0] == "t1"
    assert arguments_of(by_task, id="task").read((SELF, "t1"), {})[0] == "t1"


def test_an_object_that_raises_when_asked_has_no_id() -> None:
    found = arguments_of(by_task).read((SELF, Hostile()), {})

    assert found == (None, "", "")


def test_a_task_given_as_text_alone_is_its_own_description() -> None:
    found = arguments_of(by_task).read((SELF, "Sort the mail"), {})

    assert found == (None, "Sort the mail", "")


def test_a_long_description_is_cut_and_surrogates_are_spelled_out() -> None:
    finder = arguments_of(by_id)

    assert len(finder.read((SELF, "t1", "a", "x" * 5000), {})[1]) == 1000
    assert finder.read((SELF, "t1", "a", "\ud800"), {})[1] == "\\ud800"


def test_equal_arguments_have_one_hash_however_they_are_given() -> None:
    finder = arguments_of(by_item)

    assert finder.hashed((SELF, {"x": 1}), {}) == finder.hashed((SELF,), {"item": {"x": 1}})
    assert finder.hashed((SELF, {"x": 1}), {}) != finder.hashed((SELF, {"x": 2}), {})


def test_a_secret_or_excluded_argument_does_not_change_the_hash() -> None:
    finder = arguments_of(by_item)

    assert finder.hashed((SELF, 1), {"token": "a", "dsn": "b"}) == finder.hashed((SELF, 1), {"token": "c"})
