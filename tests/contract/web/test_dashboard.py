"""The dashboard's door and its pages, asked as a browser asks."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import Client

from jarvis_ctx.clock import SystemClock
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.web.application import Application
from jarvis_ctx.web.dashboard.rendered import VIEWS
from jarvis_ctx.web.dashboard.sessions import Sessions
from jarvis_ctx.web.guard import FAILURE_BURST, FAILURES
from jarvis_ctx.web.limits import Rate
from jarvis_ctx.web.tokens import Scope, Tokens
from tests.contract.web.conftest import API


@pytest.fixture
def sessions(manager: JarvisContextManager, tokens: Tokens) -> Sessions:
    return Sessions(manager.settings.folder, tokens, SystemClock())


def entered(app: Application, tokens: Tokens, scope: Scope = "admin") -> Client:
    """A browser that has logged in."""
    app.guard.failures = Rate(FAILURES, FAILURE_BURST)
    browser = Client(app)
    assert browser.post("/login", json={"token": tokens.add(scope)[1]}).status_code == 204
    return browser


def csrf(browser: Client) -> dict[str, str]:
    found = re.search(r'name="csrf" content="(\w+)"', browser.get("/").get_data(as_text=True))
    assert found is not None
    return {"X-CSRF-Token": found[1]}


def test_a_page_sends_a_stranger_to_the_login(app: Application) -> None:
    answer = Client(app).get("/tasks", headers={"Accept": "text/html,*/*"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")


def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(app: Application, tokens: Tokens) -> None:
    answer = Client(app).post("/login", json={"token": tokens.ensure()})

    cookie = answer.headers["Set-Cookie"]
    assert (answer.status_code, answer.get_data()) == (204, b"")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_a_wrong_token_begins_no_session_and_is_slowed_down(app: Application) -> None:
    app.guard.failures = Rate(FAILURES, 3)
    answers = [Client(app).post("/login", json={"token": "jctx_guess"}) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert not any("Set-Cookie" in answer.headers for answer in answers)


def test_a_link_logs_in_once(app: Application, tokens: Tokens, sessions: Sessions) -> None:
    app.guard.failures = Rate(FAILURES, FAILURE_BURST)
    link = sessions.link(tokens.add("read")[0])

    first, again = (Client(app).post("/login", json={"link": link}).status_code for _ in range(2))

    assert (first, again) == (204, 401)


@pytest.mark.parametrize("path", [path for path, _ in VIEWS])
def test_each_view_is_a_page_and_a_part_of_one(app: Application, tokens: Tokens, path: str) -> None:
    browser = entered(app, tokens, "read")

    page, part = browser.get(path), browser.get(f"/view{path}")

    assert (page.status_code, part.status_code) == (200, 200)
    assert part.content_type == "text/html; charset=utf-8"
    assert "<h2>" in part.get_data(as_text=True)
    assert "</html>" in page.get_data(as_text=True)
    assert "<html" not in part.get_data(as_text=True)


def test_a_card_leads_to_all_there_is_to_know_of_its_task(app: Application, tokens: Tokens) -> None:
    browser = entered(app, tokens, "read")

    card, one = (browser.get(path).get_data(as_text=True) for path in ("/view/tasks", "/view/tasks/one?id=task-4"))

    assert 'href="/tasks/one?id=task-4"' in card
    assert [
        said for said in ("task-4", "completed", "TaskProgressed", "/timeline?subject=task-4") if said not in one
    ] == []


def test_a_task_that_nobody_has_named_is_said_to_be_none(app: Application, tokens: Tokens) -> None:
    answer = entered(app, tokens, "read").get("/view/tasks/one?id=nobody")

    assert (answer.status_code, "No such task" in answer.get_data(as_text=True)) == (200, True)


def test_no_page_has_script_or_style_within_or_from_elsewhere(app: Application, tokens: Tokens) -> None:
    browser = entered(app, tokens)
    pages = [browser.get(path).get_data(as_text=True) for path, _ in VIEWS] + [browser.get("/login").get_data(True)]

    assert not [found for page in pages for found in re.findall(r"<style|\sstyle=|\son\w+=|<script>|//[a-z]+\.", page)]


def test_an_unchanged_view_costs_whoever_has_it_a_304(app: Application, tokens: Tokens) -> None:
    browser = entered(app, tokens)
    first = browser.get("/view/tasks")

    assert browser.get("/view/tasks", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_page_changes_nothing_without_its_word(app: Application, tokens: Tokens) -> None:
    browser = entered(app, tokens)

    without = browser.post(f"{API}/checkpoint", json={})
    with_it = browser.post(f"{API}/checkpoint", json={}, headers=csrf(browser))

    assert (without.status_code, with_it.status_code) == (403, 201)


def test_a_session_may_no_more_than_its_token_and_ends_with_it(app: Application, tokens: Tokens) -> None:
    browser = entered(app, tokens, "read")
    refused = browser.post(f"{API}/checkpoint", json={}, headers=csrf(browser)).status_code

    tokens.revoke(tokens.all()[-1].id)

    assert (refused, browser.get(f"{API}/status").status_code) == (403, 401)


def test_whoever_logs_out_is_a_stranger_again(app: Application, tokens: Tokens) -> None:
    browser = entered(app, tokens, "read")
    (cookie,) = browser._cookies.values()  # It has no public way to list them.

    left = browser.post("/logout", headers=csrf(browser)).status_code

    stolen = {"Cookie": f"{cookie.key}={cookie.value}"}
    assert (left, Client(app).get(f"{API}/status", headers=stolen).status_code) == (204, 401)


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/nowhere", 404, "There is nothing at this address."),
        ("/tasks?<b>=1", 422, "&lt;b&gt;: Extra inputs are not permitted"),
        ("/points/compare?a=never", 404, "has no recovery point"),
    ],
)
def test_a_person_whose_address_leads_nowhere_gets_a_page_with_a_way_back(
    app: Application, tokens: Tokens, path: str, status: int, told: str
) -> None:
    answer = entered(app, tokens).get(path, headers={"Accept": "text/html,*/*"})

    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert told in answer.text
    assert '<a href="/">' in answer.text


@pytest.mark.parametrize("path", ["/view/nowhere", f"{API}/nowhere"])
def test_a_program_whose_address_leads_nowhere_gets_a_problem(app: Application, tokens: Tokens, path: str) -> None:
    answer = entered(app, tokens).get(path, headers={"Accept": "text/html,*/*"})

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
