"""What leads to the page of a task: names that tell tasks apart, and whole ids where they are asked for."""

from __future__ import annotations

import pytest

from tests.unit.web.pages import page, part

REST = "-0000-4000-8000-000000000000"
NODE = {"id": "a b", "status": "pending", "description": "", "percentage": None, "x": 0, "y": 0}
GRAPH = {"nodes": [NODE], "edges": [], "node": (1, 1), "width": 1, "height": 1, "left_out": 0}


@pytest.mark.parametrize("number", ["00000001", "00000002"])
def test_tasks_that_differ_in_a_uuid_are_told_apart_and_have_their_whole_ids_at_hand(number: str) -> None:
    link = part("one_task", f"invoices/line:{number}{REST}")

    assert f'title="invoices/line:{number}{REST}">invoices/line:{number}…</a>' in link


def test_a_task_in_the_drawing_of_what_waits_for_what_leads_to_its_page() -> None:
    shown = page("tasks", asked={}, families={"items": []}, total=1, columns=[], graph=GRAPH)

    assert '<a data-go href="/tasks/one?id=a%20b"><g class="node pending">' in shown


def test_a_decision_says_a_value_with_a_uuid_as_the_program_said_it() -> None:
    said = f"files/line:00000001{REST}"

    shown = part(
        "decision",
        {"decision_type": "route", "context": {"of": said}, "decision": said, "outcome": None, "details": {}},
    )

    assert shown.count(said) == 2
