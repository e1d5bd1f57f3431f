"""A user of LangGraph sees the graph in the dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import visitor
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
        for shown in ("outing on thread sunday", "look, superstep 1", "ask, superstep 2", "may I go out?"):
            expect(page.get_by_text(shown).first).to_be_visible()

        page.goto(f"{program.url}/decisions")

        expect(page.locator("main")).to_contain_text('["ask"]')
        expect(page.locator("main")).to_contain_text('"thread":"sunday","node":"look"')
