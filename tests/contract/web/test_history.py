"""The past over the API: whole, in order, page by page, and gone back to."""

from __future__ import annotations

from typing import Any

import pytest

from jarvis_ctx.sidecar import JarvisContextManager
from tests.contract.web.conftest import API, Ask


def walked(ask: Ask, route: str) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    items: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        page = ask("GET", f"{API}/{route}{cursor and '&cursor=' + cursor}").get_json()
        items, cursor = items + page["items"], page["next"]
    return items


def test_the_timeline_has_every_event_once_the_newest_first(ask: Ask) -> None:
    found = walked(ask, "timeline?limit=3")

    stamps = [(event["time"], event["writer"], event["number"]) for event in found]
    assert len({stamp[1:] for stamp in stamps}) == len(stamps) == ask("GET", f"{API}/status").get_json()["events"]
    assert [time for time, *_ in stamps] == sorted((time for time, *_ in stamps), reverse=True)


def test_decisions_beyond_the_states_tail_are_there(ask: Ask) -> None:
    found = walked(ask, "decisions?limit=2")

    assert [decision["context"] for decision in found] == [f"case {number}" for number in range(4, -1, -1)]


def test_the_timeline_is_filtered(ask: Ask) -> None:
    beats = ask("GET", f"{API}/timeline?kind=DecisionLogged&kind=AgentSeen").get_json()["items"]
    about = ask("GET", f"{API}/timeline?subject=task-4").get_json()["items"]
    later = ask("GET", f"{API}/timeline?since=2100-01-01T00:00:00Z").get_json()

    assert {event["kind"] for event in beats} == {"DecisionLogged", "AgentSeen"}
    assert {event["subject"] for event in about} == {"task-4"}
    assert later == {"items": [], "next": None}


@pytest.mark.parametrize("route", ["messages", "conversation", "recovery-points", "runs"])
def test_a_list_that_is_short_is_one_page(ask: Ask, route: str) -> None:
    assert ask("GET", f"{API}/{route}").get_json()["next"] is None


def test_what_nobody_supervises_has_no_samples(ask: Ask) -> None:
    found = ask("GET", f"{API}/resources").get_json()

    assert (found["supervisor"], found["samples"]) == (None, [])


def test_the_report_is_null_where_there_was_no_recovery(ask: Ask) -> None:
    assert ask("GET", f"{API}/recovery-report").get_json() == {"report": None, "still_in_doubt": []}


def test_a_cleanup_says_what_would_go_and_removes_nothing_unless_told(ask: Ask) -> None:
    shown = ask("POST", f"{API}/cleanup", json={}).get_json()
    done = ask("POST", f"{API}/cleanup", json={"dry_run": False}).get_json()

    assert (shown["done"], done["done"]) == (False, True)


def test_a_restore_goes_back_and_leads_back(ask: Ask, manager: JarvisContextManager) -> None:
    ask("POST", f"{API}/checkpoint", json={"label": "noon"})
    before = ask("GET", f"{API}/task-progress").get_json()["items"]
    if not manager.closed:
        manager.update_task_progress("task-0", {"status": "failed"})

    done = ask("POST", f"{API}/restore", json={"point": "noon"}).get_json()

    after = ask("GET", f"{API}/task-progress").get_json()["items"]
    points = [point["id"] for point in ask("GET", f"{API}/recovery-points").get_json()["items"]]
    assert [task["status"] for task in after] == [task["status"] for task in before]
    assert (done["moment"], done["undo"] in points) == ("noon", True)


def test_a_moment_that_is_none_is_not_found(ask: Ask) -> None:
    restored = ask("POST", f"{API}/restore", json={"point": "never"})
    compared = ask("GET", f"{API}/diff?a=never")

    assert (restored.status_code, compared.status_code) == (404, 404)
    assert restored.get_json()["type"] == "urn:jarvis-ctx:problem:unknown-moment"


def test_two_moments_are_compared(ask: Ask) -> None:
    found = ask("GET", f"{API}/diff?a=now&b=now").get_json()

    assert (found["empty"], found["tasks"]) == (True, [])
