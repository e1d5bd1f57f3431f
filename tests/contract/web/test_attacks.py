"""What somebody who wants to do harm tries: nothing is let out, and nobody is kept waiting for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from jarvis_ctx.clock import SystemClock
from jarvis_ctx.insight.insight import Insight
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.web.app import create_app
from jarvis_ctx.web.application import Application
from jarvis_ctx.web.dashboard.cookie import Cookie
from jarvis_ctx.web.dashboard.sessions import FILE, Sessions
from jarvis_ctx.web.readers import MOST
from jarvis_ctx.web.subject import Within
from jarvis_ctx.web.tokens import Tokens
from tests.contract.web.conftest import API

SECRET = "sk-abcdefghijklmnopqrstuvwx123456"


@pytest.fixture
def manager(store_path: Path) -> Iterator[JarvisContextManager]:
    """A live sidecar with nothing in it."""
    with JarvisContextManager(store_path, handle_signals=False, rate_limit=0) as manager:
        yield manager


@pytest.fixture
def app(manager: JarvisContextManager) -> Application:
    return create_app(Within(manager))


@pytest.fixture
def sessions(store_path: Path, app: Application) -> Sessions:
    """The browsers that have logged in."""
    return Sessions(store_path, Tokens(store_path, SystemClock()), SystemClock())


@pytest.fixture
def cookie(store_path: Path, sessions: Sessions) -> Cookie:
    """How they are known."""
    return Cookie(sessions, store_path)


@pytest.fixture
def headers(manager: JarvisContextManager) -> dict[str, str]:
    """What opens everything."""
    return {"Authorization": f"Bearer {Tokens(manager.settings.folder, SystemClock()).ensure()}"}


def test_a_cookie_of_any_shape_is_read_in_no_time(cookie: Cookie) -> None:
    began = time.process_time()

    caller = cookie({"HTTP_COOKIE": 'a="' + '\\"' * 30_000 + '"'})

    assert caller is None
    assert time.process_time() - began < 2


@pytest.mark.parametrize("around", ["{0}", "a=b; {0}", "{0} ; c=d", 'a="; b; {0}', ";;=;{0};"])
def test_a_session_is_found_among_other_cookies(
    cookie: Cookie, sessions: Sessions, store_path: Path, around: str
) -> None:
    session = sessions.begin(Tokens(store_path, SystemClock()).all()[0])

    caller = cookie({"HTTP_COOKIE": around.format(f"{cookie.name}={session}")})

    assert caller is not None


def test_a_failed_login_writes_nothing(manager: JarvisContextManager, app: Application) -> None:
    file = manager.settings.folder / FILE
    Client(app).post("/login", json={"link": "made up"})

    answers = [Client(app).post("/login", json={"link": f"made up {number}"}).status_code for number in range(20)]

    assert set(answers) == {401, 429}
    assert not file.exists()


def test_a_login_of_a_stranger_has_little_room(app: Application) -> None:
    answer = Client(app).post("/login", json={"token": "x" * 5_000})

    assert answer.status_code == 413


def test_a_refusal_shows_no_secret_of_the_store(
    manager: JarvisContextManager, app: Application, headers: dict[str, str]
) -> None:
    manager.mark_recovery_point(f"before {SECRET}")
    manager.update_task_progress(SECRET, {"status": "completed"})

    told = [
        Client(app).get(f"{API}/diff", query_string={"a": f"before {SECRET[:-4]}"}, headers=headers),
        Client(app).post(f"{API}/restore", json={"point": f"before {SECRET[:-4]}"}, headers=headers),
        Client(app).get("/points/compare", query_string={"a": f"before {SECRET[:-4]}"}, headers=headers),
    ]

    assert [answer.status_code for answer in told] == [404, 404, 404]
    assert [SECRET in answer.get_data(as_text=True) for answer in told] == [False] * 3


def test_only_a_few_moments_are_rebuilt_at_the_same_time(
    app: Application, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, go_on = threading.Barrier(MOST + 1), threading.Event()

    def slow(insight: Insight, a: str, b: str = "now") -> Any:
        inside.wait(20)
        go_on.wait(20)
        raise OSError("enough")

    monkeypatch.setattr(Insight, "diff", slow)
    path = f"{API}/diff?a=2026-11-21T09:30:00Z&b=2026-11-21T09:30:0"
    askers = [
        threading.Thread(target=Client(app).get, args=(f"{path}{n}Z",), kwargs={"headers": headers})
        for n in range(MOST)
    ]
    for asker in askers:
        asker.start()
    inside.wait(20)
    one_more = [
        Client(app).get(f"{where}?a=x", headers=headers).status_code for where in (f"{API}/diff", "/points/compare")
    ]
    go_on.set()
    for asker in askers:
        asker.join()

    assert one_more == [503, 503]


def test_a_page_of_large_events_is_shorter_and_goes_on(
    manager: JarvisContextManager, app: Application, headers: dict[str, str]
) -> None:
    for number in range(12):
        manager.set_attribute(f"large {number}", "x" * 900_000)

    found, cursor, sizes = list[str](), "", list[int]()
    while cursor is not None:
        query = {"kind": "AttributeSet", "limit": "1000", **({"cursor": cursor} if cursor else {})}
        answer = Client(app).get(f"{API}/timeline", query_string=query, headers=headers)
        sizes.append(len(answer.get_data()))
        told = answer.get_json()
        found += [line["subject"] for line in told["items"]]
        cursor = told["next"]

    assert found == [f"large {number}" for number in reversed(range(12))]
    assert max(sizes) < 6_000_000
