"""A program that captures nothing yet, under the supervisor, in a browser: it is told calmly, and goes on by itself."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import settled, visitor
from tests.browser.orchestrator import link
from tests.faces.cli.test_serving import running

PROGRAM = """
import os, time
from jarvis_ctx import JarvisContextManager
while not os.path.exists("enough"):
    time.sleep(0.05)
with JarvisContextManager(name="crew", handle_signals=False) as manager:
    manager.update_task_progress("letter", {"status": "in_progress"})
    time.sleep(600)
"""


def test_what_captures_nothing_yet_is_shown_live_and_its_first_run_by_itself(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    with running(tmp_path, "--path", "store", "--", sys.executable, "program.py") as supervisor:
        assert supervisor.stderr is not None
        url = next(line for line in supervisor.stderr if " is served at " in line).split(" is served at ")[1].strip()
        with visitor(browser) as page:
            page.goto(link(tmp_path / "store", url))
            page.wait_for_url(f"{url}/")
            settled(page)
            expect(page.locator("#link")).to_have_text("live")
            expect(page.locator("#strip")).to_contain_text("runs, captures nothing")

            (tmp_path / "enough").touch()

            expect(page.get_by_role("link", name="letter")).to_be_visible()
            expect(page.locator("#strip .pill.live")).to_have_text("live")
            expect(page.locator(".brand")).to_contain_text("crew")
            expect(page).to_have_title("Overview: crew")
