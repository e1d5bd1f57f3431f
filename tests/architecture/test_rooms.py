"""The house keeps its own rules."""

from __future__ import annotations

from pathlib import Path

import jarvis_ctx
from tests.architecture import rules

PACKAGE = Path(jarvis_ctx.__file__).parent

DOORS = {
    "agents": ("adapters/openai_agents",),
    "apscheduler": ("checkpoint",),
    "click": ("cli",),
    "cryptography": ("codec",),
    "dotenv": ("settings.py",),
    "fcntl": ("disk",),
    "flask": ("web",),
    "flask_openapi": ("web",),
    "simple_websocket": ("web",),
    "gunicorn": ("web",),
    "httpx": ("client",),
    "langchain_core": ("adapters/langgraph",),
    "langgraph": ("adapters/langgraph",),
    "mmap": ("journal",),
    "pickle": ("codec",),
    "prometheus_client": ("web",),
    "psutil": ("liveness",),
    "pydantic": ("web",),
    "pytest": ("testing",),
    "pysqlite3": ("storage/sqlite",),
    "rich": ("cli",),
    "sqlite3": ("storage/sqlite",),
    "werkzeug": ("web",),
    "wrapt": ("attach",),
    "yaml": ("settings.py",),
    "zstandard": ("codec",),
    "jarvis_ctx.storage": ("storage", "sidecar"),
}


def test_a_room_imports_only_rooms_below_it() -> None:
    assert rules.broken_stairs(PACKAGE) == ""


def test_a_library_is_imported_in_one_room_and_storage_by_the_sidecar_alone() -> None:
    assert rules.strays(PACKAGE, DOORS) == []


def test_a_module_has_at_most_300_lines() -> None:
    assert rules.overlong(PACKAGE) == []


def test_a_module_is_named_for_an_idea() -> None:
    assert rules.nameless(PACKAGE) == []


def test_a_room_is_a_package_so_that_the_other_checks_see_it() -> None:
    assert rules.uninitialised(PACKAGE) == []


def test_an_init_file_only_re_exports() -> None:
    assert rules.coded_inits(PACKAGE) == []


def test_a_broad_except_says_why() -> None:
    assert rules.unexplained_broad_excepts(PACKAGE) == []
