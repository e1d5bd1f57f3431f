"""Whatever is wrong with a request is said in one problem, and nothing changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.errors import StoreUnavailable
from tests.contract.web.conftest import API, Ask

JSON = {"Content-Type": "application/json"}
BAD: dict[str, tuple[int, str, str, dict[str, Any]]] = {
    "no route": (404, "GET", "/api/jarvis/context/statsu", {}),
    "no method": (405, "DELETE", f"{API}/status", {}),
    "unknown parameter": (422, "GET", f"{API}/task-progress?limt=3", {}),
    "no number": (422, "GET", f"{API}/task-progress?limit=many", {}),
    "out of bounds": (422, "GET", f"{API}/task-progress?limit=0", {}),
    "too many": (422, "GET", f"{API}/task-progress?limit=1001", {}),
    "cursor of nothing": (404, "GET", f"{API}/task-progress?cursor=eA", {}),
    "cursor of no alphabet": (404, "GET", f"{API}/task-progress?cursor=%C3%A4%00", {}),
    "malformed JSON": (400, "POST", f"{API}/checkpoint", {"data": b"{", "headers": JSON}),
    "no JSON text": (400, "POST", f"{API}/checkpoint", {"data": b"\xff\xfe", "headers": JSON}),
    "NaN": (400, "POST", f"{API}/checkpoint", {"data": b'{"label": NaN}', "headers": JSON}),
    "nothing": (400, "POST", f"{API}/checkpoint", {"data": b"", "headers": JSON}),
    "too deep": (400, "POST", f"{API}/checkpoint", {"data": b"[" * 9_000, "headers": JSON}),
    "wrong media type": (415, "POST", f"{API}/checkpoint", {"data": b"label=x"}),
    "no object": (422, "POST", f"{API}/checkpoint", {"json": [1]}),
    "text": (422, "POST", f"{API}/checkpoint", {"json": "x"}),
    "null": (422, "POST", f"{API}/checkpoint", {"data": b"null", "headers": JSON}),
    "unknown field": (422, "POST", f"{API}/checkpoint", {"json": {"lable": "x"}}),
    "wrong type": (422, "POST", f"{API}/checkpoint", {"json": {"label": 3}}),
    "NUL": (422, "POST", f"{API}/checkpoint", {"json": {"label": "a\0b"}}),
    "lone surrogate": (400, "POST", f"{API}/checkpoint", {"data": b'{"label": "\\ud800"}', "headers": JSON}),
    "too long": (422, "POST", f"{API}/checkpoint", {"json": {"label": "x" * 513}}),
    "too large": (413, "POST", f"{API}/checkpoint", {"data": b" " * 70_000, "headers": JSON}),
    "a GiB announced": (
        413,
        "POST",
        f"{API}/checkpoint",
        {"headers": JSON, "environ_overrides": {"CONTENT_LENGTH": str(2**30)}},
    ),
    "no length": (400, "POST", f"{API}/checkpoint", {"headers": JSON, "environ_overrides": {"CONTENT_LENGTH": "x"}}),
    "a target without end": (414, "GET", f"{API}/task-progress?agent=" + "x" * 9_000, {}),
}


def checkpoints(store: Path) -> list[Path]:
    return sorted(store.rglob("recovery_*.pkl"))


@pytest.mark.parametrize("case", BAD)
def test_a_bad_request_is_a_problem_and_changes_nothing(ask: Ask, case: str, store: Path) -> None:
    status, method, path, options = BAD[case]
    before = len(checkpoints(store))

    answer = ask(method, path, **options)

    assert answer.status_code == status, answer.get_data()
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["status"] == status
    assert len(checkpoints(store)) == before
    assert str(store) not in answer.get_data(as_text=True)


def test_a_wrong_name_is_answered_with_the_nearest_right_one(ask: Ask) -> None:
    answer = ask("POST", f"{API}/checkpoint", json={"lable": "x"}).get_json()

    assert answer["errors"] == [{"field": "lable", "problem": "Extra inputs are not permitted (did you mean label?)"}]


def test_a_cursor_of_another_list_is_refused(ask: Ask) -> None:
    cursor = ask("GET", f"{API}/task-progress?limit=2").get_json()["next"]

    answers = [
        ask("GET", f"{API}/{other}{cursor}") for other in ("agent-states?cursor=", "task-progress?agent=ada&cursor=")
    ]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_an_error_inside_says_nothing_of_the_inside(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("sk-PLANTED01abcdefghij in /etc/passwd")

    monkeypatch.setattr("jarvis_ctx.insight.insight.Insight.agent_page", fail)

    answer = ask("GET", f"{API}/agent-states")

    assert answer.status_code == 500
    assert answer.get_json()["detail"] == "The answer could not be made; the log says why."
    assert "could not be answered" in caplog.text


def test_an_error_of_the_store_is_told_without_its_place(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreUnavailable(path="/srv/app/memory/jarvis_context.db", reason="it is locked")

    monkeypatch.setattr("jarvis_ctx.insight.insight.Insight.agent_page", fail)

    answer = ask("GET", f"{API}/agent-states")

    assert answer.status_code == 503
    assert answer.get_json()["detail"] == "The database (path) cannot be used: it is locked."


def test_a_wrong_body_is_told_what_a_body_is(ask: Ask) -> None:
    answer = ask("POST", f"{API}/checkpoint", json=[1]).get_json()

    assert answer["detail"] == "A body is an object."


def test_whoever_wants_nothing_in_particular_sends_no_body(ask: Ask, store: Path) -> None:
    before = len(checkpoints(store))

    taken = ask("POST", f"{API}/checkpoint")
    refused = ask("POST", f"{API}/restore")

    assert (taken.status_code, refused.status_code) == (201, 422)
    assert len(checkpoints(store)) == before + 1
