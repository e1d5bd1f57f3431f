"""What is measured, as Prometheus and as JSON; and the page that documents the API."""

from __future__ import annotations

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from jarvis_ctx.sidecar import JarvisContextManager
from tests.contract.web.conftest import API, Ask
from tests.faces.cli.processes import ROOT

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def test_prometheus_can_read_what_is_measured(ask: Ask, manager: JarvisContextManager) -> None:
    text = ask("GET", "/metrics", headers={"Accept": "text/plain;version=0.0.4"}).get_data(as_text=True)

    found = {metric.name: metric for metric in text_string_to_metric_families(text)}
    tasks = {sample.labels["status"]: sample.value for sample in found["jarvis_tasks"].samples}
    assert found["context_storage_size"].samples[0].value > 10_000
    assert found["context_operations"].samples[0].value > 10
    assert found["jarvis_up"].samples[0].value == (0 if manager.closed else 1)
    assert sum(tasks.values()) == 5


def test_json_is_given_to_whoever_prefers_it(ask: Ask) -> None:
    told = ask("GET", "/metrics", headers={"Accept": "application/json"}).get_json()

    assert told == ask("GET", f"{API}/metrics").get_json()


def test_answers_are_timed_by_route_and_never_by_what_was_asked(ask: Ask) -> None:
    for path in (f"{API}/status", "/nowhere/at/all"):
        ask("GET", path)

    text = ask("GET", "/metrics").get_data(as_text=True)

    assert f'context_response_time_count{{method="GET",route="{API}/status",status="200"}}' in text
    assert 'route="none"' in text
    assert "nowhere" not in text


def test_every_metric_is_documented(ask: Ask) -> None:
    text = ask("GET", "/metrics").get_data(as_text=True)

    names = {name for name in re.findall(r"^# TYPE (\S+)", text, re.MULTILINE) if not name.endswith("_created")}
    assert sorted(name for name in names if f"`{name}`" not in PAGE) == []


@pytest.mark.parametrize("route", ["metrics", "status"])
def test_every_key_of_the_metrics_is_documented(ask: Ask, route: str) -> None:
    pages = PAGE + (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")

    assert [key for key in ask("GET", f"{API}/{route}").get_json() if f"`{key}`" not in pages] == []


def test_every_route_is_documented(ask: Ask) -> None:
    paths = ask("GET", "/openapi.json").get_json()["paths"]

    told = PAGE.replace("`messages`", f"`GET {API}/messages`").replace("`conversation`", f"`GET {API}/conversation`")
    routes = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    assert len(routes) > 15
    assert [route for route in routes if "`{} {}`".format(*route) not in told] == []


def test_the_page_brings_its_own_assets_and_no_inline_script(ask: Ask) -> None:
    page = ask("GET", "/docs").get_data(as_text=True)

    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(assets) == 5
    assert [ask("GET", asset).status_code for asset in assets] == [200] * 5
    assert re.findall(r"<script(?! src)", page) == []
    assert ask("GET", "/docs/../app.py").status_code == 404
