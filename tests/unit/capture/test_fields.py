"""What calls of each kind say, found among their arguments."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from types import SimpleNamespace
from typing import Any

import pytest

from jarvis_ctx.capture import fields
from jarvis_ctx.capture.arguments import TaskArguments
from jarvis_ctx.capture.parameters import parameters
from jarvis_ctx.capture.values import Keeping

KEEPING = Keeping()


class Status(Enum):
    DONE = "completed"


def progress_of(function: Callable[..., Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
    takes = parameters(function, first=0)
    return fields.progress(TaskArguments("update", takes, KEEPING), takes, KEEPING, args, kwargs)


def by_mapping(task_id: Any, progress: Any) -> None: ...
def by_names(task_id: Any, status: Any = None, percent: Any = None, **more: Any) -> None: ...
def whole(task: Any) -> None: ...


def test_progress_is_the_keys_of_a_mapping() -> None:
    said = progress_of(by_mapping, "t1", {"id": "t1", "status": "blocked", "progress": 40, "eta": 3, "token": "x"})

    assert said == {"status": "blocked", "percentage": 40, "eta": 3}


def test_progress_is_a_number_or_named_arguments() -> None:
    assert progress_of(by_mapping, "t1", 40) == {"percentage": 40}
    assert progress_of(by_names, "t1", Status.DONE, 100, note="x") == {
        "status": "completed",
        "percentage": 100,
        "note": "x",
    }


def test_what_is_none_of_a_task_s_own_fields_says_nothing() -> None:
    said = progress_of(by_names, "t1", None, blockers=None, note=None)

    assert said == {"note": None}


def test_progress_of_an_object_is_its_known_parts() -> None:
    task = SimpleNamespace(
        id="t1", status=Status.DONE, blockers=("a", 2), agent=SimpleNamespace(id="a1"), lock=object()
    )

    said = progress_of(whole, task)

    assert said == {"status": "completed", "blockers": ["a", "2"], "agent": "a1"}


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({"sender": "a", "recipient": "b", "content": 1}, ("a", ["b"], 1, {})),
        ({"from_agent": "a", "to_agent": "b", "message": "hi", "urgent": True}, ("a", ["b"], "hi", {"urgent": True})),
        ({"to": ["b", "c"], "text": "hi"}, ("boss", ["b", "c"], "hi", {})),
        ({"message": {"sender": "a", "recipient": "b", "content": "hi"}}, ("a", ["b"], "hi", {})),
        ({"message": SimpleNamespace(sender="a", to="b", body="hi")}, ("a", ["b"], "hi", {})),
        ({"sender": SimpleNamespace(name="a"), "topic": "t"}, ("a", ["*"], {"topic": "t"}, {})),
        ({"message": {"x": 1}}, ("boss", ["*"], {"x": 1}, {})),
    ],
)
def test_a_message_has_sender_recipients_content_and_the_rest(named: dict[str, Any], expected: tuple[Any, ...]) -> None:
    said = fields.message(named, KEEPING, "boss")

    assert (said.sender, said.recipients, said.content, said.details) == expected


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({"role": "user", "content": "hi"}, ("user", "hi", {})),
        ({"message": {"role": "user", "content": "hi"}}, ("user", "hi", {})),
        ({"content": "hi", "tokens": 3}, ("unknown", "hi", {"tokens": 3})),
    ],
)
def test_a_turn_of_the_conversation_has_role_content_and_the_rest(named: Any, expected: tuple[Any, ...]) -> None:
    said = fields.utterance(named, KEEPING)

    assert (said.role, said.content, said.details) == expected


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({"agent_id": "a", "role": "parser"}, (["a"], {"role": "parser"})),
        ({"agent": {"id": "a", "role": "parser", "api_key": "x"}}, (["a"], {"role": "parser"})),
        ({"agent": SimpleNamespace(name="a")}, (["a"], {})),
        ({"spec": SimpleNamespace(agent_id="a")}, (["a"], {"spec": {"not_stored": "SimpleNamespace"}})),
        ({"agent_id": "a", "state": "busy"}, (["a"], {"status": "busy"})),
        ({"agent_id": "a", "state": {"status": "busy", "queue": 3}}, (["a"], {"status": "busy", "queue": 3})),
        ({"agent_id": None, "n": 1}, ([], {"n": 1})),
    ],
)
def test_an_agent_has_a_name_and_details(named: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert fields.agent(named, KEEPING) == expected


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"reasoning": "near", "outcome": "ok"}, ("near", "ok")),
        ({"reasons": ["near"]}, (["near"], None)),
        (SimpleNamespace(reason="near"), ("near", None)),
        ("north", (None, None)),
        (None, (None, None)),
    ],
)
def test_reasoning_and_outcome_are_parts_of_a_decision_s_result(result: Any, expected: tuple[Any, Any]) -> None:
    assert fields.reasons(result, KEEPING) == expected
