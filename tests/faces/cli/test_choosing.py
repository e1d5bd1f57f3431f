"""Which store and which orchestrator is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis_ctx.cli.exits import ExitCode
from jarvis_ctx.sidecar import JarvisContextManager
from tests.faces.cli.conftest import Call


@pytest.fixture
def shared(store_path: Path) -> Path:
    """A store of two orchestrators."""
    for name in ("reviewer", "writer"):
        with JarvisContextManager(store_path, name=name, handle_signals=False) as manager:
            manager.update_task_progress(f"of-{name}", {})
    return store_path


def test_the_only_orchestrator_needs_no_name(store_path: Path, call: Call) -> None:
    with JarvisContextManager(store_path, name="reviewer", handle_signals=False):
        pass

    assert call("status", "--path", store_path).stdout.startswith("reviewer ended cleanly")


def test_of_several_one_has_to_be_named(shared: Path, call: Call) -> None:
    result = call("tasks", "--path", shared)

    assert result.exit_code == ExitCode.USAGE
    assert "several orchestrators: reviewer, writer; name one with --name" in result.stderr


def test_the_named_one_is_shown_wherever_the_name_is_given(
    shared: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = call("tasks", "--path", shared, "--name", "writer").stdout
    before = call("--path", shared, "--name", "writer", "tasks").stdout
    monkeypatch.setenv("JARVIS_NAME", "writer")
    from_environment = call("--path", shared, "tasks").stdout

    assert after == before == from_environment
    assert "of-writer" in after
    assert "of-reviewer" not in after


def test_the_store_is_found_through_the_environment(shared: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARVIS_CONTEXT_PATH", str(shared))

    assert "of-reviewer" in call("tasks", "--name", "reviewer").stdout
