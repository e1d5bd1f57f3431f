"""The examples of the first description of the product, run as they stand but for the module's name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jarvis_ctx.sidecar import open_view

USAGE = Path(__file__).parents[2] / "examples" / "example_usage.py"

# Of the three, the second speaks of an orchestrator and of data that its reader has already.
READERS_OWN = """
class YourExistingOrchestrator:
    def assign_task(self, task):
        return "done"

task_data = {"id": "task-002", "description": "Sort data files"}
"""

BASIC = """
from jarvis_ctx import JarvisContextManager

# Initialize context manager
cm = JarvisContextManager()

# Track task progress
cm.update_task_progress("task-001", {
    "description": "Process data files",
    "status": "in_progress",
    "percentage": 50,
    "completed_subtasks": ["validation"],
    "blockers": []
})

# Log decisions
cm.log_decision(
    decision_type="agent_assignment",
    context="High priority task",
    decision="Assign to agent-001",
    reasoning="Agent has required capabilities",
    outcome="success"
)

# Create manual checkpoint
cm.mark_recovery_point("Critical phase completed")
"""

EXISTING = """
from jarvis_ctx import JarvisOrchestratorWithContext

# Wrap existing orchestrator
orchestrator = YourExistingOrchestrator()
jarvis = JarvisOrchestratorWithContext(orchestrator)

# Use normally - context is automatically tracked
jarvis.assign_task(task_data)
"""

DECORATOR = """
from jarvis_ctx import integrate_context_manager

@integrate_context_manager
class YourOrchestrator:
    def assign_task(self, task):
        # Your implementation
        pass
"""

ALL = READERS_OWN + BASIC + EXISTING + DECORATOR + '\nYourOrchestrator().assign_task({"id": "task-003"})\n'


def run(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False)


def test_the_three_examples_run_as_one_script_and_share_one_store(tmp_path: Path) -> None:
    done = run("-c", ALL, folder=tmp_path)

    assert done.returncode == 0, done.stderr

    view = open_view(tmp_path / "memory" / "context" / "jarvis")
    try:
        state = view.state()
    finally:
        view.close()
    assert {task.id: task.status for task in state.tasks.values()} == {
        "task-001": "in_progress",
        "task-002": "completed",
        "task-003": "completed",
    }
    assert [event.body["outcome"] for event in state.decisions] == ["success"]
    assert [point.subject for point in state.points] == ["Critical phase completed"]
    assert [run.ending for run in state.runs.values()] == ["exited"]


@pytest.mark.parametrize("example", [BASIC, READERS_OWN + EXISTING, DECORATOR])
def test_each_example_runs_alone(example: str, tmp_path: Path) -> None:
    done = run("-c", example, folder=tmp_path)

    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_the_tours_show_what_they_say(tmp_path: Path) -> None:
    done = run(str(USAGE), folder=tmp_path)

    assert done.returncode == 0, done.stderr

    said = done.stdout
    assert "task-001 is 50% done, blocked by: the second file is missing" in said
    assert "report changed in: status, percentage" in said
    assert "report is 80% done again" in said
    assert "kept: 'Draw a poster', and that choose_agent chose painter" in said
    assert said.count("a: fetching") == said.count("b: fetching") == said.count("c: fetching") == 1
    assert said.count("a is done") == 2
    assert "recovery: killed, 2 tasks known, 0 events lost" in said
    assert "all 5 tasks completed" in said
    assert list(tmp_path.iterdir()) == []
