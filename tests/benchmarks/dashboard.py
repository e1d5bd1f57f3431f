"""The dashboard of many tasks in a real browser: how soon a view is painted, and how soon an update is seen in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tests.benchmarks.api import STANDING, port_of
from tests.benchmarks.children import child, line
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.rounds import Sample, interleaved, p50, p99, typical
from tests.browser.chromium import CHROMIUM, QUIET
from tests.browser.orchestrator import link

if TYPE_CHECKING:
    from playwright.sync_api import Page

TASKS, EVENTS = 10_000, 100_000
PAUSE = 0.8
"""Seconds between two updates: each is shown by itself."""
VIEWS = ("/", "/tasks", "/timeline")
"""Those that look at every task and event."""
HOMES = ("the same", "another")
LIVE = "#link:text-is('live')"
"""What a page has once it is told of each event."""
MISSING = "There is no chromium on this machine."

TELLING = """
import sys, time
from jarvis_ctx import JarvisContextManager
from tests.benchmarks.material import progress
store, tasks, events = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
manager = JarvisContextManager(store, serve=True, port=0, rate_limit=0)
for number in range(events):
    manager.update_task_progress(f"task-{number % tasks:05d}", progress(number))
    if number % 5_000 == 0:
        manager.flush()
manager.flush()
manager.checkpoint()
while not any(manager.api.values()):
    time.sleep(0.01)
print(manager.api["url"], flush=True)
told = 0
for asked in sys.stdin:
    count, pause = asked.split()
    for told in range(told + 1, told + 1 + int(count)):
        time.sleep(float(pause))
        manager.update_task_progress("task-00001", {"description": f"told {told} at {time.time() * 1000:.0f}"})
    print(told, flush=True)
"""
WATCH = """() => {
  const view = document.getElementById("view");
  const told = () => view.textContent.match(/told (\\d+) at (\\d{13})/) ?? ["", "none"];
  let [, before] = told();
  window.seen = {};
  new MutationObserver(() => {
    const [, number, time] = told();
    if (number === before) return;
    before = number;
    requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.onmessage = () => (window.seen[number] = Date.now() - Number(time));
      painted.port2.postMessage(null);
    });
  }).observe(view, { childList: true, subtree: true, characterData: true });
}"""
"""Notes how many milliseconds after the call, which each update names, a frame with it was painted."""
SEEN = """last => new Promise((done, give_up) => {
  setTimeout(() => give_up(new Error("An update was not shown.")), 60000);
  setInterval(() => last in window.seen && done(Object.values(window.seen)), 50);
})"""
"""What was noted, once the last update was seen. Playwright's own waiting needs what the page's policy forbids."""


def measure(effort: Effort) -> list[Figure]:
    """Both homes of the dashboard: the process of the orchestrator, and one beside it."""
    if CHROMIUM is None:
        return [*map(_paint, HOMES), *map(_update, HOMES)]
    tasks, events = (max(40, round(number * effort.share)) for number in (TASKS, EVENTS))
    with TemporaryDirectory(prefix="jarvis-bench-") as folder, ExitStack() as opened:
        store = Path(folder) / "store"
        telling = opened.enter_context(child(TELLING, str(store), str(tasks), str(events)))
        urls = {HOMES[0]: _url(telling)}
        urls[HOMES[1]] = _url(opened.enter_context(child(STANDING, str(store), "serve")))
        page = opened.enter_context(_page(link(store, urls[HOMES[0]])))
        return [*_painted(effort, page, urls), *_shown(effort, page, urls, telling)]


def _painted(effort: Effort, page: Page, urls: dict[str, str]) -> list[Figure]:
    """Each view by itself; the figure is that of the one which takes longest."""

    def visit(home: str, view: str) -> list[float]:
        return [_visit(page, urls[home] + view)]

    visits = {(home, view): partial(visit, home, view) for home in HOMES for view in VIEWS}
    measured = interleaved(visits, max(1, effort.rounds // 6))
    took = {side: typical(rounds, p50) for side, rounds in measured.items()}
    return [
        replace(
            _paint(home),
            value=max(took[home, view] for view in VIEWS),
            rounds=f"{len(measured[home, VIEWS[0]])} visits of each view, {EVENTS:,} events, nothing cached",
            details=["Milliseconds: " + ", ".join(f"`{view}` {took[home, view]:.0f}" for view in VIEWS) + "."],
        )
        for home in HOMES
    ]


def _shown(effort: Effort, page: Page, urls: dict[str, str], telling: Popen[str]) -> list[Figure]:
    """On the board of tasks, from just before the call to a painted frame."""
    count = max(1, effort.calls // 50)

    def side(url: str) -> list[Sample]:
        page.goto(f"{url}/tasks")
        page.wait_for_selector(LIVE)
        page.evaluate(WATCH)
        assert telling.stdin is not None
        print(count, PAUSE, file=telling.stdin, flush=True)
        seen: list[Sample] = page.evaluate(SEEN, line(telling))
        page.goto("about:blank")
        return seen

    sides = {home: lambda url=url: side(url) for home, url in urls.items()}
    measured = interleaved(sides, max(1, effort.rounds // 20))
    return [
        replace(
            _update(home),
            value=typical(measured[home], p50),
            rounds=f"{len(measured[home])} rounds of {count} updates, {PAUSE:g} s apart",
            details=[f"p99 {typical(measured[home], p99):.0f} ms; the browser draws at most every 17 ms."],
        )
        for home in HOMES
    ]


def _paint(home: str) -> Figure:
    what = f"first paint of the dashboard's slowest view, {TASKS:,} tasks, server in {home} process, p50"
    return _unmeasured(what, 1_000, "no visit")


def _update(home: str) -> Figure:
    what = f"captured call to seen on the dashboard's board of {TASKS:,} tasks, server in {home} process, p50"
    return _unmeasured(what, 100, "no update")


def _unmeasured(what: str, reach: float, rounds: str) -> Figure:
    return Figure(what=what, value=None, unit="ms", reach=reach, rounds=rounds, details=[MISSING])


@contextmanager
def _page(address: str) -> Iterator[Page]:
    """A page that has logged in and keeps nothing in a cache."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
        page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
        page.goto(address)
        page.wait_for_selector(LIVE)
        yield page
        browser.close()


def _visit(page: Page, address: str) -> Sample:
    """Milliseconds from the request of a page to the first that is painted of it."""
    page.goto(address)
    page.wait_for_selector(LIVE)
    took: Sample = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    page.goto("about:blank")
    return took


def _url(process: Popen[str]) -> str:
    return f"http://127.0.0.1:{port_of(process)}"
