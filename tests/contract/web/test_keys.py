"""Every key of an answer stands in the OpenAPI document."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.web.conftest import API, Ask

READ = [
    *("status", "task-progress", "agent-states", "timeline", "runs", "recovery-report", "recovery-points", "resources"),
    *("metrics", "doctor", "verify", "recovery-forecast", "diff?a=now"),
]
"""Of decisions, messages and conversation, docs/cli.md names the keys."""
DONE: list[tuple[str, dict[str, Any]]] = [
    ("checkpoint", {"label": "noon"}),
    ("restore", {"point": "noon"}),
    ("cleanup", {}),
]


@pytest.mark.parametrize("route", READ)
def test_an_answer_has_no_key_that_the_document_does_not_name(ask: Ask, route: str) -> None:
    answer = ask("GET", f"{API}/{route}").get_json()

    document = ask("GET", "/openapi.json").get_json()
    assert unnamed(answer, told(document, route, "get", "200"), document) == []


@pytest.mark.parametrize(("route", "body"), DONE)
def test_what_is_done_is_told_with_no_key_that_the_document_does_not_name(
    ask: Ask, route: str, body: dict[str, Any]
) -> None:
    ask("POST", f"{API}/checkpoint", json={"label": "noon"})

    answer = ask("POST", f"{API}/{route}", json=body)

    document = ask("GET", "/openapi.json").get_json()
    assert unnamed(answer.get_json(), told(document, route, "post", str(answer.status_code)), document) == []


def told(document: dict[str, Any], route: str, method: str, status: str) -> dict[str, Any]:
    """The schema of an answer."""
    answers = document["paths"][f"{API}/{route.partition('?')[0]}"][method]["responses"]
    schema: dict[str, Any] = answers[status]["content"]["application/json"]["schema"]
    return schema


def unnamed(answer: Any, schema: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """The keys of an answer, and of what is in it, that its schema has not; one without properties may have any."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if isinstance(answer, list):
        return [key for item in answer for key in unnamed(item, schema.get("items", {}), document)]
    named = schema.get("properties")
    if not isinstance(answer, dict) or named is None:
        return []
    within = [key for name in answer.keys() & named.keys() for key in unnamed(answer[name], named[name], document)]
    return [*(answer.keys() - named.keys()), *within]
