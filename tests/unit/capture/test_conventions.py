"""Which methods are captured, and what each means."""

from __future__ import annotations

from typing import Any

import pytest

from jarvis_ctx.capture.conventions import VERBS, Chosen, choose, completes, meaning, wishes
from jarvis_ctx.errors import BadValue, UnknownMethod, UnknownSetting


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("assign_task", "claim"),
        ("perform_task", "claim"),
        ("assign_task_to", None),
        ("update_task", "progress"),
        ("update_task_progress", "progress"),
        ("update_tasks", None),
        ("report_progress", "progress"),
        ("complete_task", "complete"),
        ("fail_task", "fail"),
        ("cancel_task", "cancel"),
        ("register_agent", "agent"),
        ("update_agent_state", "agent"),
        ("remove_agent", "gone"),
        ("beat", "heartbeat"),
        ("broadcast_message", "message"),
        ("decide", "decision"),
        ("decide_severity", "decision"),
        ("router", None),
        ("choose_model", "decision"),
        ("select_agent_for", "decision"),
        ("select_model", None),
        ("add_message", "conversation"),
        ("_assign_task", None),
        ("run", None),
    ],
)
def test_a_verb_means_what_the_table_says_and_only_families_take_a_suffix(name: str, expected: str | None) -> None:
    found = meaning(name)

    assert found == expected


def test_no_verb_stands_twice_in_the_table() -> None:
    names = [verb.name for verb in VERBS]

    assert len(set(names)) == len(names)


def test_arguments_add_methods_change_their_meaning_and_leave_some_out() -> None:
    wished = wishes({"tasks": ["review"], "decisions": ["assign_task"], "ignore": ["beat"], "steps": {"charge": None}})

    chosen = choose(["assign_task", "review", "beat", "charge", "run", "decide_it"], wished, "Orchestrator")

    assert {name: choice.meaning for name, choice in chosen.items()} == {
        "assign_task": "decision",
        "review": "claim",
        "charge": "step",
        "decide_it": "decision",
    }


@pytest.mark.parametrize("argument", ["tasks", "decisions", "steps", "agents", "messages", "ignore"])
def test_a_name_the_class_does_not_have_is_refused_with_the_nearest_right_one(argument: str) -> None:
    wished = wishes({argument: ["asign_task"]})

    with pytest.raises(UnknownMethod, match=rf"{argument}= names 'asign_task', which Boss does not .*did you mean"):
        choose(["assign_task", "run"], wished, "Boss")


def test_a_step_is_reconciled_by_a_method_that_exists() -> None:
    wished = wishes({"steps": {"charge": "find_invoice"}})

    with pytest.raises(UnknownMethod, match="'find_invoice', which Boss does not have"):
        choose(["charge", "find_invoices"], wished, "Boss")


def test_an_option_of_tasks_that_does_not_exist_is_refused_with_the_nearest_right_one() -> None:
    with pytest.raises(UnknownSetting, match=r"did you mean description\?"):
        wishes({"tasks": {"review": {"descripton": "text"}}})


@pytest.mark.parametrize(
    "arguments",
    [
        {"tasks": "review"},
        {"tasks": 3},
        {"tasks": [3]},
        {"tasks": {"review": {"id": 3}}},
        {"tasks": {"review": 3}},
        {"decisions": {"a": 1, 2: 3}},
        {"steps": {"charge": 3}},
        {"exclude": "api_key"},
        {"tasks": ["charge"], "steps": ["charge"]},
    ],
)
def test_an_argument_of_the_wrong_form_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(BadValue):
        wishes(arguments)


def test_a_return_completes_its_task_unless_the_class_says_so_itself() -> None:
    claim = Chosen(method="assign_task", meaning="claim")
    ending = Chosen(method="finish_task", meaning="complete")
    [always] = wishes({"tasks": {"assign_task": {"completes": True}}}).chosen.values()

    assert completes(claim, {"assign_task": claim})
    assert not completes(claim, {"assign_task": claim, "finish_task": ending})
    assert completes(always, {"assign_task": always, "finish_task": ending})
