"""What is given again in the short way is what Flask's way gives, to nobody else, and never of an older state."""

from __future__ import annotations

import pytest

from jarvis_ctx.sidecar import JarvisContextManager
from tests.contract.web.conftest import API, Ask

SAME = ["status", "task-progress", "task-progress?limit=2", "agent-states?health=alive", "runs", "decisions?limit=1"]


@pytest.mark.parametrize("route", SAME)
def test_the_second_answer_is_the_first_ones_bytes_and_headers(route: str, ask: Ask) -> None:
    first = ask("GET", f"{API}/{route}")
    second = ask("GET", f"{API}/{route}")

    assert (second.data, second.status) == (first.data, first.status)
    assert {name: value for name, value in second.headers if name != "X-Request-Id"} == {
        name: value for name, value in first.headers if name != "X-Request-Id"
    }


def test_who_has_it_already_gets_304_in_either_way(ask: Ask) -> None:
    etag = ask("GET", f"{API}/task-progress").headers["ETag"]

    short = ask("GET", f"{API}/task-progress", headers={"If-None-Match": etag})
    long = ask("GET", f"{API}/task-progress", headers={"If-None-Match": f'"other", {etag}'})

    assert (short.status_code, short.data, short.headers["ETag"]) == (304, b"", etag)
    assert (long.status_code, long.data, long.headers["ETag"]) == (304, b"", etag)


def test_a_known_answer_is_given_to_nobody_without_a_token(ask: Ask) -> None:
    ask("GET", f"{API}/task-progress")

    assert ask("GET", f"{API}/task-progress", token="jctx_none").status_code == 401


def test_an_event_makes_a_new_answer(ask: Ask, manager: JarvisContextManager, place: str) -> None:
    if place == "dead":
        pytest.skip("Nothing happens in it any more.")
    before = ask("GET", f"{API}/task-progress?agent=eve").get_json()
    manager.update_task_progress("task-of-eve", {"agent": "eve"})
    after = ask("GET", f"{API}/task-progress?agent=eve").get_json()

    assert [len(found["items"]) for found in (before, after)] == [0, 1]


def test_what_is_given_again_is_timed_like_any_other(ask: Ask) -> None:
    counted = 'context_response_time_count{method="GET",route="/api/jarvis/context/runs",status="200"}'
    ask("GET", f"{API}/runs")
    before = ask("GET", "/metrics").get_data(as_text=True).partition(counted)[2].split("\n")[0]

    ask("GET", f"{API}/runs")
    after = ask("GET", "/metrics").get_data(as_text=True).partition(counted)[2].split("\n")[0]

    assert float(after) == float(before) + 1
