"""The dashboard as a person meets it: in a browser, by keyboard, on a telephone, while the orchestrator dies."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from jarvis_ctx.web.dashboard.rendered import VIEWS
from tests.browser.conftest import findings, settled, source, visitor
from tests.browser.hostile import CORPUS
from tests.browser.orchestrator import Orchestrator

PATHS = [path for path, _ in VIEWS]
COMPARED = "/points/compare?a=calm"
ONE_TASK = "/tasks/one?id=task-3"
EVIL_TASK = f"/tasks/one?{urlencode({'id': f't{CORPUS[0]}'})}"


def test_a_link_opens_the_page_logged_in_and_leaves_no_secret_behind(page: Page) -> None:
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    assert "link" not in page.url
    assert page.evaluate("document.cookie") == ""


def test_the_token_is_asked_for_once(browser: Browser, orchestrator: Orchestrator) -> None:
    with visitor(browser) as page:
        page.goto(f"{orchestrator.url}/tasks")
        page.get_by_label("Token").fill(orchestrator.token())
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{orchestrator.url}/")
        page.goto(f"{orchestrator.url}/tasks")

        expect(page.get_by_role("heading", name="Tasks")).to_be_visible()


def test_the_login_is_without_serious_findings(browser: Browser, orchestrator: Orchestrator) -> None:
    with visitor(browser) as page:
        page.goto(f"{orchestrator.url}/login")
        page.evaluate(source("axe.min.js"))

        assert findings(page) == []


def test_a_link_that_is_put_into_the_address_of_the_login_is_followed(
    browser: Browser, orchestrator: Orchestrator
) -> None:
    with visitor(browser) as page:
        page.goto(f"{orchestrator.url}/login")

        page.evaluate("link => location.assign(link)", orchestrator.link())

        page.wait_for_url(f"{orchestrator.url}/")


@pytest.mark.parametrize("path", [*PATHS, COMPARED, ONE_TASK])
def test_a_view_is_without_serious_findings_in_light_and_dark(
    page: Page, orchestrator: Orchestrator, path: str
) -> None:
    page.goto(orchestrator.url + path)
    settled(page)
    page.evaluate(source("axe.min.js"))

    light = findings(page)
    page.emulate_media(color_scheme="dark")

    assert (light, findings(page)) == ([], [])


@pytest.mark.parametrize("path", [*PATHS, COMPARED, "/tasks?status=completed", ONE_TASK, EVIL_TASK])
def test_a_view_fits_a_telephone(page: Page, orchestrator: Orchestrator, path: str) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(orchestrator.url + path)
    settled(page)

    assert page.evaluate("document.documentElement.scrollWidth") == 400
    assert page.evaluate("[...document.querySelectorAll('div.scroll')].every(e => e.scrollWidth <= e.clientWidth)")
    expect(page.locator(".views a[aria-current]")).to_be_in_viewport(ratio=0.9)


def test_a_telephone_shows_a_table_without_serious_findings(page: Page, orchestrator: Orchestrator) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(f"{orchestrator.url}/points")
    settled(page)
    page.evaluate(source("axe.min.js"))

    assert findings(page) == []


@pytest.mark.parametrize("path", [*PATHS, COMPARED, f"/points/compare?a={CORPUS[0]}", EVIL_TASK])
def test_what_agents_wrote_is_shown_and_never_run(page: Page, orchestrator: Orchestrator, path: str) -> None:
    page.goto(orchestrator.url + path)
    settled(page)

    inside = "#view :is(script, style, iframe, img, [onload], [onerror], [onfocus], [hx-get], [href^='javascript:'])"
    assert page.evaluate("window.ran") is None
    assert page.locator(inside).count() == 0


def test_what_agents_wrote_is_shown_as_they_wrote_it(page: Page, orchestrator: Orchestrator) -> None:
    page.goto(f"{orchestrator.url}/decisions")

    expect(page.get_by_text(CORPUS[0], exact=True).first).to_be_visible()


def test_what_happens_is_shown_while_one_looks(page: Page, orchestrator: Orchestrator) -> None:
    page.goto(f"{orchestrator.url}/tasks?status=in_progress")
    settled(page)

    orchestrator.say("a-new-task")

    expect(page.get_by_role("heading", name="a-new-task")).to_be_visible()


def test_what_one_leaves_is_faded_until_the_next_view_is_there(page: Page, orchestrator: Orchestrator) -> None:
    held: list[Route] = []
    page.goto(f"{orchestrator.url}/agents")
    settled(page)
    page.route("**/view/tasks", lambda route: held.append(route))

    page.get_by_role("link", name="Tasks").click()
    expect(page.locator("#view")).to_have_css("cursor", "progress")
    expect(page.get_by_role("heading", name="Agents")).to_have_css("opacity", "0.45")
    held[0].continue_()

    expect(page.get_by_role("heading", name="Tasks")).to_have_css("opacity", "1")


def test_a_comparison_whose_point_is_gone_says_so_and_leads_back(browser: Browser, orchestrator: Orchestrator) -> None:
    with visitor(browser, unreached=True) as page:
        page.goto(orchestrator.link())
        page.wait_for_url(f"{orchestrator.url}/")
        page.goto(f"{orchestrator.url}/points")

        page.evaluate(
            "a => { a.options[0].value = 'nowhere'; a.form.requestSubmit(); }", page.query_selector("[name=a]")
        )

        expect(page.get_by_text("nowhere")).to_be_visible()
        expect(page.get_by_role("link", name="To the overview")).to_be_visible()


@pytest.mark.parametrize("path", PATHS)
def test_a_view_lives_on_when_the_orchestrator_is_killed_and_recovers(
    browser: Browser, orchestrator: Orchestrator, path: str
) -> None:
    with visitor(browser, unreached=True) as page:
        page.goto(orchestrator.link())
        page.wait_for_url(f"{orchestrator.url}/")
        page.goto(orchestrator.url + path)
        settled(page)

        orchestrator.kill()
        expect(page.locator("#notice")).to_contain_text("does not answer")
        orchestrator.start()

        expect(page.locator("#notice")).to_be_hidden()
        expect(page.locator("#strip")).to_contain_text("live")
        expect(page.locator("#view h2")).to_be_visible()


def test_a_death_is_told_where_it_is_looked_for(orchestrator: Orchestrator, page: Page) -> None:
    page.goto("about:blank")
    orchestrator.kill()
    orchestrator.start()

    page.goto(f"{orchestrator.url}/report")
    expect(page.locator("#view")).to_contain_text("kill -9")
    page.goto(f"{orchestrator.url}/timeline")

    expect(page.locator("line.crash").first).to_be_attached()
    expect(page.locator("line.recovery").first).to_be_attached()


def test_every_view_is_reached_by_keyboard(page: Page, orchestrator: Orchestrator) -> None:
    settled(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()

    page.get_by_role("link", name="Overview").focus()
    for path, name in VIEWS[1:]:
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name=name, exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url(orchestrator.url + path)
        expect(page.locator(".views [aria-current]")).to_have_text(name)


def test_a_card_leads_to_its_task_and_on_to_what_that_waits_for_by_keyboard(
    page: Page, orchestrator: Orchestrator
) -> None:
    page.goto(f"{orchestrator.url}/tasks")
    settled(page)
    page.get_by_role("article").get_by_role("link", name="task-3", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="task-3", exact=True, level=2)).to_be_visible()

    page.get_by_role("link", name="task-2", exact=True).focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="task-2", exact=True, level=2)).to_be_visible()
    expect(page.locator(".views [aria-current]")).to_have_text("Tasks")
    expect(page.get_by_role("cell", name="TaskProgressed")).to_be_visible()


def looking_for_ever(page: Page, orchestrator: Orchestrator) -> None:
    """Let the page of the tasks begin to look again, and not be answered."""
    page.route("**/view/tasks", lambda route: None)
    with page.expect_request("**/view/tasks"):
        orchestrator.say("what-is-new")


def test_whoever_goes_on_waits_for_nothing_that_is_fetched_for_where_they_were(
    page: Page, orchestrator: Orchestrator
) -> None:
    page.goto(f"{orchestrator.url}/tasks")
    settled(page)
    looking_for_ever(page, orchestrator)

    page.get_by_role("link", name="Agents", exact=True).click()
    page.get_by_role("link", name="Decisions", exact=True).click()

    expect(page.get_by_role("heading", name="Decisions", exact=True)).to_be_visible()


def test_a_view_that_is_asked_for_twice_is_waited_for_until_it_is_there(page: Page, orchestrator: Orchestrator) -> None:
    page.goto(f"{orchestrator.url}/tasks")
    settled(page)
    looking_for_ever(page, orchestrator)

    with page.expect_request("**/view/tasks"):
        page.get_by_role("link", name="Tasks", exact=True).click()
    page.evaluate("new Promise(painted => requestAnimationFrame(() => requestAnimationFrame(painted)))")

    assert "waiting" in page.evaluate("document.getElementById('view').className")


def test_what_was_typed_last_brings_nobody_back_who_has_gone_on(page: Page, orchestrator: Orchestrator) -> None:
    page.goto(f"{orchestrator.url}/tasks")
    settled(page)

    page.evaluate("""() => {
        const field = document.querySelector("[name=text]");
        field.value = "task-1";
        field.dispatchEvent(new Event("input", { bubbles: true }));
        document.querySelector(".views a[href='/agents']").click();
        return new Promise((over) => setTimeout(over, 300));
    }""")

    assert page.url == f"{orchestrator.url}/agents"
    expect(page.get_by_role("heading", name="Agents", exact=True)).to_be_visible()


def test_whoever_moves_on_the_moment_a_view_is_there_is_not_brought_back(
    page: Page, orchestrator: Orchestrator
) -> None:
    page.goto(f"{orchestrator.url}/tasks")
    settled(page)
    page.evaluate("""() => document.addEventListener("htmx:after:swap", function quick() {
        const link = document.querySelector("#view a[href$=task-2]");
        if (!link || document.querySelector("#view article")) return;
        link.focus();
        document.removeEventListener("htmx:after:swap", quick);
        window.scrollTo = () => document.body.setAttribute("data-arrived", "");
    })""")
    looking_for_ever(page, orchestrator)

    page.get_by_role("article").get_by_role("link", name="task-3", exact=True).click()
    expect(page.get_by_role("heading", name="task-3", exact=True, level=2)).to_be_visible()
    page.wait_for_selector("[data-arrived]")

    expect(page.get_by_role("link", name="task-2", exact=True)).to_be_focused()


def test_a_line_over_time_ends_with_its_process_and_where_nothing_was_measured(page: Page) -> None:
    settled(page)
    samples = [("09:30:00", 7), ("09:30:10", 7), ("09:30:20", 8), ("09:30:30", 8), ("09:50:30", 8)]
    given = [{"time": f"2026-11-21T{time}Z", "pid": pid, "rss": 5} for time, pid in samples]

    drawn = page.evaluate("given => import('/static/charts.js').then(charts => charts.broken(given))", given)

    assert [one["rss"] for one in drawn] == [5, 5, None, 5, 5, None, 5]
    assert all(drawn[at - 1]["at"] < drawn[at]["at"] < drawn[at + 1]["at"] for at in (2, 5))


def test_whoever_goes_back_is_asked_first_and_by_keyboard(page: Page, orchestrator: Orchestrator) -> None:
    page.goto(f"{orchestrator.url}/points")
    settled(page)
    button = page.locator("tr", has_text="calm").get_by_role("button", name="Go back")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Go back to calm?")

    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(button).to_be_focused()


def test_a_point_is_marked_compared_and_gone_back_to(page: Page, orchestrator: Orchestrator) -> None:
    page.goto(f"{orchestrator.url}/points")
    settled(page)
    page.get_by_role("button", name="Mark one now").click()
    page.get_by_label("Name").fill("marked here")
    page.get_by_role("button", name="Mark it").click()
    row = page.locator("tr", has_text="marked here")
    expect(row).to_be_visible()
    orchestrator.say("after-the-point")

    row.get_by_role("button", name="Go back").click()
    page.get_by_role("dialog").get_by_role("button", name="Go back").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.goto(f"{orchestrator.url}/tasks?text=after-the-point")

    expect(page.get_by_text("No such task")).to_be_visible()


def test_the_theme_is_kept(page: Page, orchestrator: Orchestrator) -> None:
    page.get_by_role("button", name="Switch between light and dark").click()
    page.reload()

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_whoever_logs_out_is_asked_for_the_token(page: Page, orchestrator: Orchestrator) -> None:
    settled(page)

    page.get_by_role("button", name="Log out").click()

    page.wait_for_url(f"{orchestrator.url}/login")
