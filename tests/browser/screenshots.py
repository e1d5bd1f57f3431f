"""`make screenshots`: the dashboard of an orchestrator that was killed once, as pictures for a README."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from jarvis_ctx.web.dashboard.rendered import VIEWS
from tests.browser.chromium import CHROMIUM, QUIET
from tests.browser.conftest import settled
from tests.browser.orchestrator import Orchestrator

SHAPES = {
    "light": {"width": 1280, "height": 800},
    "dark": {"width": 1280, "height": 800},
    "narrow": {"width": 400, "height": 800},
}


def main(folder: Path) -> None:
    """Write a picture of each view in each shape to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        orchestrator = Orchestrator(Path(place) / "store", calm=True)
        try:
            orchestrator.start()
            orchestrator.kill()
            orchestrator.start()
            _shoot(orchestrator, folder)
        finally:
            orchestrator.close()


def _shoot(orchestrator: Orchestrator, folder: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        for shape, size in SHAPES.items():
            context = browser.new_context(viewport=size, color_scheme="dark" if shape == "dark" else "light")
            page = context.new_page()
            page.goto(orchestrator.link())
            page.wait_for_url(f"{orchestrator.url}/")
            for path, _ in VIEWS:
                page.goto(orchestrator.url + path)
                settled(page)
                page.screenshot(path=folder / f"{path.strip('/') or 'overview'}-{shape}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screenshots"))
