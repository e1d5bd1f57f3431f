"""A real browser, logged in at a live orchestrator; whatever it complains about fails the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.chromium import CHROMIUM, QUIET
from tests.browser.orchestrator import Orchestrator

PATIENCE = 60_000
"""Milliseconds until something that does not come is given up: no machine is that slow."""
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; a test that wants it is skipped where there is none.

    Not for longer than a module: while it is driven, no other test of the process can run an event loop.
    """
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield found
        found.close()


@pytest.fixture(scope="module")
def orchestrator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orchestrator]:
    """One that lives; a test that kills it starts it again."""
    made = Orchestrator(tmp_path_factory.mktemp("browser") / "store")
    made.start()
    yield made
    made.close()


@contextmanager
def visitor(browser: Browser, *, unreached: bool = False) -> Iterator[Page]:
    """A browser of its own, without cookies; fails where its console had an error, or a page ran into one.

    `unreached`: that a server or a page is not there is no error.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page, said = context.new_page(), []

    def heard(message: ConsoleMessage) -> None:
        unanswered = unreached and any(word in message.text for word in ("net::ERR_", "Failed to fetch", "NOT FOUND"))
        if message.type in ("error", "warning") and not unanswered:
            said.append(f"{message.text} {message.location}")

    page.on("console", heard)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()
    assert not said


@pytest.fixture
def page(browser: Browser, orchestrator: Orchestrator) -> Iterator[Page]:
    """A page that has logged in."""
    with visitor(browser) as page:
        page.goto(orchestrator.link())
        page.wait_for_url(f"{orchestrator.url}/")
        yield page


def settled(page: Page) -> None:
    """Wait until the page has looked once, and drawn what it found; and until the view that it goes to is there."""
    page.wait_for_selector("#view:not(.leaving)")
    page.wait_for_selector("#strip .pill")
    page.wait_for_selector("#link.live")


def source(name: str) -> str:
    """A library of the tests' own."""
    import axe_playwright_python

    return Path(axe_playwright_python.__file__).with_name(name).read_text()


def findings(page: Page) -> list[str]:
    """What axe-core finds that is serious; its source is to be run in the page before."""
    found: dict[str, Any] = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{one['id']}: {[node['html'][:200] for node in one['nodes'][:3]]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
