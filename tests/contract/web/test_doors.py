"""Nobody is answered who may not ask: every route, every method, every kind of bad token."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from jarvis_ctx.clock import SystemClock
from jarvis_ctx.web.application import Application
from jarvis_ctx.web.guard import HEADERS, Guard
from jarvis_ctx.web.hosts import Hosts
from jarvis_ctx.web.limits import Rate
from jarvis_ctx.web.scopes import OPEN, needed
from jarvis_ctx.web.tokens import HASHES, SCOPES, Tokens, covers
from tests.contract.web.conftest import API, Ask

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")
HOSTS = {
    **dict.fromkeys(("localhost", "127.0.0.1", "127.0.0.1:3004", "LOCALHOST:1", "[::1]", "[::1]:3004"), True),
    **dict.fromkeys(
        ("evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "[::2]", "10.0.0.1", "a b", ""), False
    ),
    **dict.fromkeys(("localhost,evil.example", "user@localhost", "localhost:99999999"), False),
}
ORIGINS = {
    **dict.fromkeys((None, "http://{host}", "https://{host}"), True),
    **dict.fromkeys(("http://evil.example", "null", "http://localhost.evil.example", "file://", "http://["), False),
    **dict.fromkeys(("http://{host}:9", "http://localhost:8000", "http://{host}/page", "ws://{host}"), False),
}


def routes(app: Application) -> list[str]:
    """Every path there is, and some that are not."""
    return [*(rule.rule for rule in app.url_map.iter_rules()), "/", "/nowhere", f"{API}/nothing", "/static/x.js"]


def refusals(app: Application, headers: dict[str, str]) -> set[int]:
    """The statuses that all routes and methods answer with, the open ones left out."""
    asked = [(m, path) for m, path in itertools.product(METHODS, routes(app)) if (m, path) not in OPEN]
    return {Client(app).open(path, method=method, headers=headers).status_code for method, path in asked}


def test_every_route_and_method_is_closed_to_who_has_no_token(app: Application) -> None:
    app.guard.failures = Rate(0, 1)

    assert refusals(app, {}) == {401}


@pytest.mark.parametrize("kind", ["made up", "expired", "revoked", "cut short", "of another scheme", "empty"])
def test_every_route_and_method_is_closed_to_a_bad_token(app: Application, tokens: Tokens, kind: str) -> None:
    _, expired = tokens.add("admin", expires=SystemClock().wall() - 1)
    gone, revoked = tokens.add("admin")
    tokens.revoke(gone.id)
    bad = {"made up": "jctx_" + "A" * 43, "expired": expired, "revoked": revoked, "cut short": tokens.ensure()[:-1]}
    header = {"of another scheme": f"Basic {tokens.ensure()}", "empty": "Bearer "}.get(kind) or f"Bearer {bad[kind]}"
    app.guard.failures = Rate(0, 1)

    assert refusals(app, {"Authorization": header}) == {401}


def test_a_scope_that_is_too_low_is_refused_by_every_route_and_method(app: Application, tokens: Tokens) -> None:
    made = {scope: tokens.add(scope)[1] for scope in SCOPES}
    asked = itertools.product(SCOPES, METHODS, routes(app))
    low = [(s, m, p) for s, m, p in asked if not covers(s, needed(m, p)) and (m, p) not in OPEN]

    found = {
        Client(app).open(path, method=method, headers={"Authorization": f"Bearer {made[scope]}"}).status_code
        for scope, method, path in low
    }

    assert len(low) > 100
    assert found == {403}


def test_the_401_is_always_the_same(app: Application, tokens: Tokens) -> None:
    bodies = {
        Client(app).get(f"{API}/status", headers={"Authorization": given}).get_data()
        for given in ("", "Bearer x", f"Bearer {tokens.ensure()[:-1]}", "Basic eA==")
    }

    assert len(bodies) == 1


def test_only_our_names_and_our_pages_are_answered(ask: Ask) -> None:
    def status(host: str, origin: str | None) -> int:
        page = {"Origin": origin.format(host=host)} if origin else {}
        return ask("GET", f"{API}/status", headers={"Host": host, **page}).status_code

    asked = {who: status(*who) for who in itertools.product(HOSTS, ORIGINS)}

    answered = {who for who, answer in asked.items() if answer == 200}
    assert answered == {(host, origin) for host, origin in asked if HOSTS[host] and ORIGINS[origin]}
    assert set(asked.values()) == {200, 400, 403, 421}


def test_the_open_route_has_no_data(app: Application) -> None:
    answer = Client(app).get("/healthz")

    assert (answer.status_code, answer.get_data()) == (204, b"")


def test_every_answer_and_refusal_has_the_protecting_headers(ask: Ask) -> None:
    answers = [ask("GET", path, token=token) for path in (f"{API}/status", "/nowhere") for token in (None, "x")]

    assert [answer.status_code for answer in answers] == [200, 401, 404, 401]
    assert all(answer.headers[name] == value for answer in answers for name, value in HEADERS)
    assert not any("Access-Control-Allow-Origin" in answer.headers for answer in answers)


def test_failed_attempts_are_slowed_down_and_a_good_token_is_not(ask: Ask) -> None:
    failed = [ask("GET", f"{API}/status", token="jctx_guess").status_code for _ in range(15)]

    again = ask("GET", f"{API}/status", token="jctx_guess")

    assert set(failed) == {401, 429}
    assert int(again.headers["Retry-After"]) >= 1
    assert ask("GET", f"{API}/status").status_code == 200


def test_a_revoked_token_is_refused_from_the_next_request_on(ask: Ask, tokens: Tokens) -> None:
    token, secret = tokens.add("read")
    first = ask("GET", f"{API}/status", token=secret).status_code

    tokens.revoke(token.id)

    assert (first, ask("GET", f"{API}/status", token=secret).status_code) == (200, 401)


def test_while_the_tokens_cannot_be_read_nobody_is_let_in(ask: Ask, tokens: Tokens, store: Path, place: str) -> None:
    secret, hashes = tokens.ensure(), store / place / HASHES
    kept = hashes.read_bytes()
    hashes.write_bytes(b"{")

    answer = ask("GET", f"{API}/status", token=secret)

    hashes.write_bytes(kept)
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert ask("GET", f"{API}/status", token=secret).status_code == 200


def test_all_of_an_address_together_are_bounded_before_their_tokens_are_looked_at() -> None:
    client = Client(Guard(Response(status=204), [], Hosts(), rate=1))

    found = [client.get("/healthz", headers={"Host": "localhost"}).status_code for _ in range(12)]

    assert found == [204] * 10 + [429] * 2
