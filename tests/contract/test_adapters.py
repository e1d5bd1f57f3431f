"""What every adapter keeps to, whatever its framework.

A new one gets a line in `ADAPTERS`, and its extra one in `EXTRAS`.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest
from agents import Agent
from agents.testing import ScriptedModel

from jarvis_ctx import JarvisContextManager
from jarvis_ctx.adapters import required
from jarvis_ctx.adapters.bridge import CallbackBridge
from jarvis_ctx.adapters.langgraph import JarvisSaver
from jarvis_ctx.adapters.openai_agents import JarvisSession, watch_runner
from jarvis_ctx.adapters.opening import Standing
from jarvis_ctx.errors import AdapterMissing, CarriedOverFork


@dataclass
class Adapter:
    """How one is made on a store, and something that it does."""

    make: Callable[..., Standing]
    use: Callable[[Any], object]


ADAPTERS = {
    "bridge": Adapter(CallbackBridge, lambda bridge: bridge.run("work", int)),
    "runner": Adapter(watch_runner, lambda runner: asyncio.run(runner.run(Agent("a", model=ScriptedModel()), "x"))),
    "saver": Adapter(JarvisSaver, lambda saver: saver.get_tuple({"configurable": {"thread_id": "1"}})),
    "session": Adapter(lambda *a, **k: JarvisSession("42", *a, **k), lambda session: asyncio.run(session.get_items())),
}
EXTRAS = {"langgraph": "langgraph", "openai_agents": "openai-agents"}

each = pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)
each_extra = pytest.mark.parametrize(("module", "extra"), EXTRAS.items())


@each
def test_it_opens_a_run_of_its_own_and_ends_it(adapter: Adapter, store_path: Path) -> None:
    with adapter.make(store_path, name="mine") as made:
        assert made.manager.settings.name == "mine"

    assert made.manager.closed


@each
def test_it_joins_a_sidecar_that_is_there_and_leaves_it_running(adapter: Adapter, store_path: Path) -> None:
    with JarvisContextManager(store_path) as manager:
        with adapter.make(store_path) as by_path, adapter.make(manager) as given:
            assert by_path.manager is given.manager is manager

        assert not manager.closed


@each
def test_a_run_whose_body_raises_has_ended_by_an_exception(adapter: Adapter, store_path: Path) -> None:
    made = adapter.make(store_path)

    with pytest.raises(ZeroDivisionError), made:
        raise ZeroDivisionError

    assert made.manager.journal.writer.state.runs[made.manager.run.id].ending == "exception"


@each
def test_in_a_forked_child_it_refuses(adapter: Adapter, store_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with adapter.make(store_path) as made:
        monkeypatch.setattr(os, "getpid", lambda: 0)
        with pytest.raises(CarriedOverFork, match="over a fork"):
            adapter.use(made)
        monkeypatch.undo()


@each_extra
def test_without_its_framework_it_names_the_extra(module: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(required, "version", missing)

    with pytest.raises(AdapterMissing, match=rf"there is none: pip install 'jarvis-ctx\[{extra}\]'"):
        importlib.reload(importlib.import_module(f"jarvis_ctx.adapters.{module}.required"))


@each_extra
def test_with_a_framework_that_is_too_old_it_names_what_there_is(
    module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(required, "version", lambda package: "0.1.0rc1")

    with pytest.raises(AdapterMissing, match=r"and there is 0\.1\.0rc1"):
        importlib.reload(importlib.import_module(f"jarvis_ctx.adapters.{module}.required"))


def test_no_framework_is_imported_before_its_adapter_is() -> None:
    code = "import sys, jarvis_ctx.adapters.bridge; print({'agents', 'langgraph'} & sys.modules.keys())"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"
