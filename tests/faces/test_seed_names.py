"""Every name, default, setting, file and table of the first description of the product is there, under its own name."""

from __future__ import annotations

import inspect
import sqlite3
from pathlib import Path

import pytest

import jarvis_ctx
from jarvis_ctx.settings import FIELDS, Settings, variable
from jarvis_ctx.sidecar import JarvisContextManager, keeping, open_view
from jarvis_ctx.web.app import create_app
from jarvis_ctx.web.subject import Within
from tests.faces.cli.processes import ROOT
from tests.unit.insight.dying import living

PUBLIC = ["JarvisContextManager", "JarvisOrchestratorWithContext", "integrate_context_manager"]
VERBS = {
    "update_task_progress": ["task_id", "progress"],
    "log_decision": ["decision_type", "context", "decision", "reasoning", "outcome"],
    "mark_recovery_point": ["label"],
}
PROGRESS = ["description", "status", "percentage", "completed_subtasks", "blockers"]
VARIABLES = {
    "JARVIS_CONTEXT_PATH": ("path", "./memory/context/jarvis"),
    "JARVIS_CHECKPOINT_INTERVAL": ("checkpoint_interval", 30),
    "JARVIS_CONTEXT_HISTORY_SIZE": ("history_size", 100),
}
FILES = [
    "jarvis_context.db",
    "checkpoints/recovery_*.pkl",
    "checkpoints/recovery_*.json",
    "emergency_*.json",
    "recovery_report_*.json",
]
TABLES = {
    "context_snapshots": ["snapshot_id", "timestamp", "content_hash", "context_data"],
    "task_progress": ["task_id", "description", "status", "percentage", "completed_subtasks", "blockers"],
    "agent_coordination": ["timestamp", "sender", "recipient", "content"],
    "decision_log": ["timestamp", "decision_type", "context", "decision", "reasoning", "outcome"],
}
ANSWERS = {
    "status": ["state", "tasks", "agents", "checkpoint", "lag", "capture_errors", "recovery"],
    "agents": ["id", "health", "status", "last_seen", "silent_for"],
    "tasks": ["id", "description", "status", "percentage", "completed_subtasks", "blockers"],
}
"""What each question of the monitoring answers; a checkpoint is taken by `checkpoint`."""
ENDPOINTS = [
    ("GET", "/api/jarvis/context/status"),
    ("GET", "/api/jarvis/context/agent-states"),
    ("GET", "/api/jarvis/context/task-progress"),
    ("POST", "/api/jarvis/context/checkpoint"),
    ("GET", "/api/jarvis/context/metrics"),
]
TOURS = ["basic_management", "existing_orchestrator", "own_class", "crash_and_recovery", "monitored"]


@pytest.fixture(scope="module")
def recovered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose process was killed and recovered, and then lost its database for a while."""
    store = tmp_path_factory.mktemp("seed") / "store"
    with living(store):
        pass
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "FLUSH_PATIENCE", 0.05)
        manager = JarvisContextManager(store, handle_signals=False)
        assert (store / "CRASH_DETECTED").exists() is False
        manager.flush()
        manager._opened.store.close()
        manager.update_task_progress("task-9", {})
        manager.checkpoint()
        manager.close()
    return store


@pytest.mark.parametrize("name", PUBLIC)
def test_each_public_name_can_be_imported(name: str) -> None:
    assert name in jarvis_ctx.__all__
    assert callable(getattr(jarvis_ctx, name))


@pytest.mark.parametrize(("verb", "arguments"), VERBS.items())
def test_each_verb_takes_its_arguments(verb: str, arguments: list[str]) -> None:
    taken = inspect.signature(getattr(JarvisContextManager, verb)).parameters

    assert [name for name in arguments if name not in taken] == []


@pytest.mark.parametrize(("name", "setting"), VARIABLES.items())
def test_each_variable_sets_what_it_says_and_has_its_default(name: str, setting: tuple[str, object]) -> None:
    field, default = setting

    assert variable(field) == name
    assert getattr(Settings(), field) == default


def test_an_agent_is_stale_after_five_minutes() -> None:
    assert Settings().stale_after == 5 * 60
    assert "stale_after" in FIELDS


@pytest.mark.parametrize("pattern", FILES)
def test_each_file_is_where_it_is_said_to_be(pattern: str, recovered: Path) -> None:
    assert list(recovered.glob(pattern))


def test_the_crash_marker_starts_a_recovery_and_is_gone_after_it(tmp_path: Path) -> None:
    JarvisContextManager(tmp_path / "store", handle_signals=False).close()
    (tmp_path / "store" / "CRASH_DETECTED").write_bytes(b"")

    manager = JarvisContextManager(tmp_path / "store", handle_signals=False)
    report = manager.recovery_report
    manager.close()

    assert report is not None
    assert not (tmp_path / "store" / "CRASH_DETECTED").exists()


@pytest.mark.parametrize(("table", "columns"), TABLES.items())
def test_each_table_is_readable_with_plain_sql_and_documented(table: str, columns: list[str], recovered: Path) -> None:
    connection = sqlite3.connect(f"file:{recovered}/jarvis_context.db?mode=ro", uri=True)
    there = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
    (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    connection.close()

    assert [name for name in columns if name not in there] == []
    assert rows > 0
    assert f"`{table}`" in (ROOT / "docs" / "schema.md").read_text(encoding="utf-8")


def test_a_task_keeps_every_key_of_its_progress(recovered: Path) -> None:
    view = open_view(recovered)
    try:
        task = view.state().tasks["task-3"]
    finally:
        view.close()

    assert all(hasattr(task, key) for key in PROGRESS)
    assert list(task.blockers) == ["task-0"]


@pytest.mark.parametrize(("question", "keys"), ANSWERS.items())
def test_each_question_of_the_monitoring_is_answered(question: str, keys: list[str], store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        manager.update_task_progress("a", {})
        manager.heartbeat("parser")
        answer = getattr(manager, question)()

    first = answer[0] if isinstance(answer, list) else answer
    assert [key for key in keys if key not in first] == []


def test_a_checkpoint_can_be_taken_by_hand_and_an_unchanged_one_is_not_stored_twice(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        manager.update_task_progress("a", {})
        first, second = manager.checkpoint(), manager.checkpoint()

    assert first.hash == second.hash
    assert first.id == second.id


def test_the_report_names_cause_stale_agents_and_incomplete_tasks(recovered: Path) -> None:
    view = open_view(recovered)
    try:
        report = view.report()
    finally:
        view.close()

    assert report is not None
    assert report.cause.cause == "killed"
    assert {task.id for task in report.tasks} >= {"task-0", "task-1", "task-3"}
    assert {agent.id for agent in report.agents} >= {"parser"}


@pytest.mark.parametrize("tour", TOURS)
def test_each_example_of_the_list_has_its_tour(tour: str) -> None:
    assert f"def {tour}(" in (ROOT / "examples" / "example_usage.py").read_text(encoding="utf-8")


def test_every_endpoint_is_served_under_its_own_name(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        app = create_app(Within(manager))

    served = {(method, rule.rule) for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    assert [endpoint for endpoint in ENDPOINTS if endpoint not in served] == []
