"""The verbs' promises: each writes one event with what it was given, or raises and stores nothing."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis_ctx.capture.checks import identifier, mapping
from jarvis_ctx.capture.recorder import Recorder
from jarvis_ctx.errors import BadValue, UnstorableValue
from tests.unit.capture.keeping import Run


class Status(StrEnum):
    """A person's own status."""

    DONE = "done"


def test_a_progress_changes_what_it_names() -> None:
    run = Run()
    recorder = Recorder(run)

    recorder.update_task_progress("t", {"description": "read", "percentage": 40, "completed_subtasks": ["a"]})
    recorder.update_task_progress(
        "t", {"status": "blocked", "blockers": ("disk",), "dependencies": ["u"], "owner": "me"}
    )

    task = run.state.tasks["t"]
    assert (task.description, task.percentage, task.completed_subtasks) == ("read", 40, ("a",))
    assert (task.status, task.blockers, task.dependencies, task.metadata) == (
        "blocked",
        ("disk",),
        ("u",),
        {"owner": "me"},
    )


@pytest.mark.parametrize(
    ("progress", "sentence"),
    [
        ({"percentage": 101}, "percentage is 101, expected a number from 0 to 100."),
        ({"percentage": -0.1}, "percentage is -0.1, expected"),
        ({"percentage": float("nan")}, "percentage is nan, expected"),
        ({"percentage": True}, "percentage is True, expected"),
        ({"percentage": "40"}, "percentage is '40', expected"),
        ({"status": 3}, "status is 3, expected text without lone surrogates."),
        ({"status": Status.DONE}, "expected text without lone surrogates."),
        ({"description": None}, "description is None, expected text without lone surrogates."),
        ({"completed_subtasks": "ab"}, "completed_subtasks is 'ab', expected a list of text without lone surrogates."),
        ({"blockers": ["a", 1]}, "expected a list of text without lone surrogates."),
        ({"blockers": {"a"}}, "expected a list of text without lone surrogates."),
        ({"metadata": [1]}, "metadata is 'list', expected a mapping."),
        ({"metadata": {1: 2}}, "a key of metadata is 1, expected"),
        (
            {"$value": "x"},
            "a key of progress is '$value', expected text without lone surrogates that does not start with $.",
        ),
        ({7: 1}, "a key of progress is 7, expected"),
        (["percentage"], "progress is 'list', expected a mapping."),
    ],
)
def test_a_bad_progress_is_named_with_what_was_expected_and_stores_nothing(progress: Any, sentence: str) -> None:
    run = Run()

    with pytest.raises(BadValue) as caught:
        Recorder(run).update_task_progress("t", progress)

    assert sentence in str(caught.value)
    assert run.kinds() == []


@pytest.mark.parametrize("percentage", [0, 100, 0.0, 99.99, -0.0])
def test_every_percentage_from_0_to_100_is_taken(percentage: float) -> None:
    run = Run()

    Recorder(run).update_task_progress("t", {"percentage": percentage})

    assert run.state.tasks["t"].percentage == percentage


BAD_IDS = ["", "x" * 513, "a\0b", "\ud800", None, 7, b"t", ["t"], Status.DONE]


@pytest.mark.parametrize("bad", BAD_IDS)
def test_a_bad_id_is_refused_by_every_verb(bad: Any) -> None:
    run = Run()
    recorder = Recorder(run)
    verbs = [
        lambda: recorder.update_task_progress(bad, {}),
        lambda: recorder.log_decision(bad),
        lambda: recorder.update_agent_state(bad, "busy"),
        lambda: recorder.log_agent_message(bad, "b", 1),
        lambda: recorder.log_agent_message("a", bad, 1),
        lambda: recorder.add_message(bad, 1),
        lambda: recorder.set_attribute(bad, 1),
    ]

    for verb in verbs:
        with pytest.raises(BadValue, match="expected text of 1 to 512 characters"):
            verb()

    assert run.kinds() == []


@pytest.mark.parametrize("text", ["x", "x" * 512, "ü" * 512, "$", "a b/c"])
def test_an_id_of_up_to_512_characters_of_any_kind_is_taken(text: str) -> None:
    assert identifier("task_id", text) == text


def test_a_refused_id_does_not_fill_the_log() -> None:
    with pytest.raises(BadValue) as caught:
        identifier("task_id", "x" * 1_000_000)

    assert len(str(caught.value)) < 200


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=512))
def test_any_other_text_is_an_id(text: str) -> None:
    assert identifier("task_id", text) == text


def test_a_decision_is_kept_with_its_reasons_and_details() -> None:
    run = Run()

    Recorder(run).log_decision("route", {"queue": 3}, "fast", "it is short", None, model="m")

    [event] = run.state.decisions
    assert (event.subject, event.body) == (
        "route",
        {
            "decision_type": "route",
            "context": {"queue": 3},
            "decision": "fast",
            "reasoning": "it is short",
            "outcome": None,
            "details": {"model": "m"},
        },
    )


def test_an_agents_state_is_a_word_or_a_mapping() -> None:
    run = Run()
    recorder = Recorder(run)

    recorder.update_agent_state("a", "busy", queue=3)
    recorder.update_agent_state("a", {"status": "idle", "queue": 0})

    agent = run.state.agents["a"]
    assert (agent.status, agent.details) == ("idle", {"queue": 0})
    assert [body for _, _, body in run.told[1:]] == [{"status": "busy", "queue": 3}, {"status": "idle", "queue": 0}]


@pytest.mark.parametrize(
    ("state", "details"),
    [({"$value": 1}, {}), ("busy", {"$value": "0" * 64, "bytes": 1}), ({"status": 3}, {}), (7, {}), ({1: 2}, {})],
)
def test_an_agents_bad_state_is_refused(state: Any, details: dict[str, Any]) -> None:
    run = Run()

    with pytest.raises(BadValue):
        Recorder(run).update_agent_state("a", state, **details)

    assert run.kinds() == []


def test_messages_between_agents_and_the_conversation_are_kept() -> None:
    run = Run()
    recorder = Recorder(run)

    recorder.log_agent_message("a", "b", {"text": "hello"}, urgent=True)
    recorder.add_message("user", ["hi"], tokens=2)

    assert run.state.messages[0].body == {
        "sender": "a",
        "recipient": "b",
        "content": {"text": "hello"},
        "details": {"urgent": True},
    }
    assert run.state.conversation[0].body == {"role": "user", "content": ["hi"], "details": {"tokens": 2}}


def test_the_latest_value_of_an_attribute_wins() -> None:
    run = Run()
    recorder = Recorder(run)

    recorder.set_attribute("queue", [1])
    recorder.set_attribute("queue", [2])

    assert run.state.attributes["queue"].value == [2]


def test_a_value_that_cannot_be_stored_is_named_and_stores_nothing() -> None:
    run = Run()

    with pytest.raises(UnstorableValue, match="of type object cannot be stored exactly"):
        Recorder(run).set_attribute("handle", {"deep": [object()]})

    assert run.kinds() == []


def test_a_mapping_is_copied() -> None:
    given = {"a": 1}

    assert mapping("details", given) is not given
