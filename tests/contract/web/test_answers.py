"""What the API answers: the same as insight, in pages, with ETags."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.sidecar import JarvisContextManager, open_view
from tests.contract.web.conftest import API, Ask


def test_the_status_is_that_of_the_command(ask: Ask, manager: JarvisContextManager) -> None:
    told = ask("GET", f"{API}/status").get_json()

    with closing(open_view(manager.settings.path)) as view:
        here = Insight(view).status()
    same = ("state", "run", "tasks", "incomplete", "stale_agents", "events")
    assert {key: told[key] for key in same} == {key: here[key] for key in same}


def test_no_answer_says_where_the_store_lies(ask: Ask, store: Path) -> None:
    answers = [ask("GET", path) for path in (f"{API}/status", f"{API}/metrics", f"{API}/agent-states", "/openapi.json")]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert all(str(store).encode() not in answer.get_data() for answer in answers)
    assert answers[0].get_json()["path"] == "(store)"


@pytest.mark.parametrize("route", ["task-progress", "agent-states"])
def test_the_pages_of_a_list_are_the_list(ask: Ask, route: str) -> None:
    whole = ask("GET", f"{API}/{route}").get_json()
    pages = [ask("GET", f"{API}/{route}?limit=2").get_json()]
    while pages[-1]["next"]:
        pages.append(ask("GET", f"{API}/{route}?limit=2&cursor={pages[-1]['next']}").get_json())

    assert [item["id"] for page in pages for item in page["items"]] == [item["id"] for item in whole["items"]]
    assert max(len(page["items"]) for page in pages) == 2
    assert whole["next"] is None


def test_a_list_is_filtered(ask: Ask) -> None:
    completed = ask("GET", f"{API}/task-progress?status=completed").get_json()["items"]
    nobody = ask("GET", f"{API}/task-progress?agent=nobody").get_json()["items"]
    ada = ask("GET", f"{API}/agent-states?limit=1").get_json()["items"][0]
    as_ada = ask("GET", f"{API}/agent-states?health={ada['health']}").get_json()["items"]
    stuck = ask("GET", f"{API}/agent-states?health=stuck").get_json()["items"]

    assert [task["id"] for task in completed] == ["task-4"]
    assert nobody == []
    assert [agent["id"] for agent in as_ada] == ["ada", "bob", "eve"]
    assert stuck == []


@pytest.mark.parametrize("route", ["status", "task-progress", "agent-states", "metrics"])
def test_an_unchanged_state_costs_whoever_has_it_a_304(ask: Ask, route: str) -> None:
    first = ask("GET", f"{API}/{route}")

    again = ask("GET", f"{API}/{route}", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.get_data()) == (304, b"")


def test_a_changed_state_is_answered_anew_at_once(ask: Ask, manager: JarvisContextManager) -> None:
    if manager.closed:
        pytest.skip("nothing changes in a store that nobody runs")
    etag = ask("GET", f"{API}/task-progress").headers["ETag"]

    manager.update_task_progress("task-9", {"description": "New"})
    again = ask("GET", f"{API}/task-progress", headers={"If-None-Match": etag, "Cache-Control": "no-cache"})

    assert [task["id"] for task in again.get_json()["items"]][-1] == "task-9"


def test_a_checkpoint_is_taken_and_marked(ask: Ask) -> None:
    before = ask("GET", f"{API}/metrics").get_json()["snapshots"]

    taken = ask("POST", f"{API}/checkpoint", json={"label": "before the release"})

    assert taken.status_code == 201
    assert taken.get_json()["label"] == "before the release"
    assert ask("GET", f"{API}/metrics").get_json()["snapshots"] == before + 1


def test_a_store_that_can_be_read_is_ready(ask: Ask) -> None:
    assert ask("GET", "/readyz").get_json()["ready"] is True
