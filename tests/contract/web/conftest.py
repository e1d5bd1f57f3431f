"""The application on a store with something in it, asked through its guard; once within its process, once beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from jarvis_ctx.clock import SystemClock
from jarvis_ctx.settings import load
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.web.app import create_app
from jarvis_ctx.web.application import Application
from jarvis_ctx.web.guard import FAILURE_BURST, FAILURES
from jarvis_ctx.web.limits import Rate
from jarvis_ctx.web.subject import Beside, Within
from jarvis_ctx.web.tokens import Tokens

API = "/api/jarvis/context"
Ask = Callable[..., TestResponse]


def fill(manager: JarvisContextManager) -> None:
    """Tasks, agents and things said."""
    for number in range(5):
        manager.update_task_progress(f"task-{number}", {"description": "Read", "status": "in_progress", "agent": "ada"})
    manager.update_task_progress("task-4", {"status": "completed", "percentage": 100})
    for agent in ("ada", "bob", "eve"):
        manager.heartbeat(agent)
    for number in range(5):
        manager.log_decision("route", f"case {number}", "ada", "she knows", "well")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the store that a module's tests share."""
    return tmp_path_factory.mktemp("web") / "store"


@pytest.fixture(scope="module", params=["within", "beside", "dead"])
def place(request: pytest.FixtureRequest) -> str:
    """Where the store is looked at from."""
    return str(request.param)


@pytest.fixture(scope="module")
def manager(store: Path, place: str) -> Iterator[JarvisContextManager]:
    """A live sidecar with something to show."""
    with JarvisContextManager(store / place, handle_signals=False, rate_limit=0) as manager:
        fill(manager)
        manager._schedule._starter.join()  # Its threads are the module's, not those of the first test.
        yield manager


@pytest.fixture(scope="module")
def app(place: str, manager: JarvisContextManager) -> Iterator[Application]:
    """Its application: in its own process, beside it, and beside it when it has ended."""
    if place == "within":
        yield create_app(Within(manager))
        return
    manager.flush()
    if place == "dead":
        manager.close()
    beside = Beside(load({"path": manager.settings.path, "rate_limit": 0}))
    yield create_app(beside)
    beside.close()


@pytest.fixture
def tokens(manager: JarvisContextManager) -> Tokens:
    """The tokens of the store."""
    return Tokens(manager.settings.folder, SystemClock())


@pytest.fixture
def ask(app: Application, tokens: Tokens) -> Ask:
    """A request with the first token, or with what `token=` gives; `ask("POST", path, json=...)`."""

    app.guard.failures = Rate(FAILURES, FAILURE_BURST)

    def do(method: str, path: str, token: str | None = None, **options: Any) -> TestResponse:
        presented = tokens.ensure() if token is None else token
        headers = {"Authorization": f"Bearer {presented}", **options.pop("headers", {})}
        return Client(app).open(path, method=method, headers=headers, **options)

    return do
