"""A hundred planted secrets through every input, and none in any answer."""

from __future__ import annotations

from pathlib import Path

from werkzeug.test import Client

from jarvis_ctx.clock import SystemClock
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.web.app import create_app
from jarvis_ctx.web.subject import Within
from jarvis_ctx.web.tokens import Tokens
from tests.contract.web.conftest import API
from tests.planted_secrets import PLANTED, PROBE

LISTS = ("timeline", "decisions", "messages", "conversation", "task-progress", "agent-states")
WHOLE = ("status", "runs", "recovery-report", "recovery-points", "metrics", "diff?a=noon", "diff?a=now")
FILES = ("doctor", "verify", "recovery-forecast", "export", "export?form=csv")


def plant(manager: JarvisContextManager) -> None:
    for number, secret in enumerate(PLANTED):
        manager.update_task_progress(f"task-{number}", {"description": "plant", "metadata": {"given": secret}})
        manager.log_decision("plant", secret, secret, secret, secret)
        manager.log_agent_message("ada", "bob", secret)
        manager.add_message("user", secret)
        manager.set_attribute(f"attribute-{number}", secret)
    manager.heartbeat("ada", note="password=PLANTED01")


def test_no_answer_shows_a_secret(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False, rate_limit=0) as manager:
        manager.mark_recovery_point("noon")
        plant(manager)
        client = Client(create_app(Within(manager)))
        headers = {"Authorization": f"Bearer {Tokens(store_path, SystemClock()).ensure()}"}

        paths = (
            [f"{API}/{name}?limit=1000" for name in LISTS] + [f"{API}/{name}" for name in WHOLE + FILES] + ["/metrics"]
        )
        answers = {path: client.get(path, headers=headers) for path in paths}

    assert {answer.status_code for answer in answers.values()} == {200}
    assert [path for path, answer in answers.items() if PROBE.search(answer.get_data(as_text=True))] == []
    assert "[redacted]" in answers[f"{API}/timeline?limit=1000"].get_data(as_text=True)


def test_each_agent_is_on_one_page_though_the_id_of_one_is_not_shown(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False, rate_limit=0) as manager:
        for agent in ("ada", "sk-PLANTED01abcdefghij", "zoe"):
            manager.heartbeat(agent)
        client = Client(create_app(Within(manager)))
        headers = {"Authorization": f"Bearer {Tokens(store_path, SystemClock()).ensure()}"}

        first = client.get(f"{API}/agent-states?limit=2", headers=headers).get_json()
        rest = client.get(f"{API}/agent-states?limit=2&cursor={first['next']}", headers=headers).get_json()

    assert [[agent["id"] for agent in page["items"]] for page in (first, rest)] == [["ada", "[redacted]"], ["zoe"]]
    assert rest["next"] is None
