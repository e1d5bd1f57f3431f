"""A user of LangGraph sees the graph in the dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import findings, settled, source, visitor
from tests.browser.orchestrator import Orchestrator


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Orchestrator]:
    made = Orchestrator(tmp_path / "store", program="tests.browser.graph")
    made.start()
    yield made
    made.close()


def test_a_watched_graph_is_seen_with_its_nodes_its_way_and_what_it_asks(
    browser: Browser, program: Orchestrator
) -> None:
    with visitor(browser) as page:
        page.goto(program.link())
        page.wait_for_url(f"{program.url}/")
        page.goto(f"{program.url}/tasks")
        for shown in ("thread sunday", "outing on thread sunday", "may I go out?"):
            expect(page.get_by_text(shown).first).to_be_visible()
        expect(page.locator("svg.graph a text:not(.small)")).to_have_text(["look", "ask"])
        expect(page.locator("svg.graph .edge")).to_have_count(1)

        page.goto(f"{program.url}/decisions")

        expect(page.locator("main")).to_contain_text('["ask"]')
        expect(page.locator("main")).to_contain_text('"thread":"sunday","node":"look"')


def test_one_goes_from_a_thread_to_a_node_and_its_events_and_meets_no_bytes(
    browser: Browser, program: Orchestrator
) -> None:
    with visitor(browser) as page:
        page.goto(program.link())
        page.wait_for_url(f"{program.url}/")
        page.set_viewport_size({"width": 400, "height": 800})
        page.goto(f"{program.url}/tasks")
        page.get_by_role("link", name="thread sunday").first.click()
        settled(page)
        page.evaluate(source("axe.min.js"))
        serious = findings(page)

        page.locator("svg.graph a", has_text="look").click()

        expect(page.locator(".events")).to_contain_text("TaskClaimed")
        assert serious == []
        page.goto(f"{program.url}/timeline?kind=GraphCheckpointPut")
        expect(page.locator(".events")).to_contain_text('"log":"')
        expect(page.locator(".events")).to_contain_text("bytes")
