"""The first minutes: the ways in, as a newcomer writes them, and the first calls from many threads at once."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jarvis_ctx.attach.decorator import integrate_context_manager
from jarvis_ctx.sidecar import open_view
from tests.unit.attach.reading import attempts

SCRIPT = """
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

from jarvis_ctx import JarvisOrchestratorWithContext

class YourExistingOrchestrator:
    def assign_task(self, task):
        pass

task_data = {"id": "task-002"}

# Wrap existing orchestrator
orchestrator = YourExistingOrchestrator()
jarvis = JarvisOrchestratorWithContext(orchestrator)

# Use normally - context is automatically tracked
jarvis.assign_task(task_data)

from jarvis_ctx import integrate_context_manager

@integrate_context_manager
class YourOrchestrator:
    def assign_task(self, task):
        # Your implementation
        pass

YourOrchestrator().assign_task({"id": "task-003"})
"""


def test_the_manager_the_proxy_and_the_decorator_work_side_by_side_in_one_script(store: Path) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", SCRIPT], check=True)

    view = open_view(store)
    state = view.state()
    view.close()
    assert {task.id: task.percentage for task in state.tasks.values()} == {
        "task-001": 50,
        "task-002": 100,
        "task-003": 100,
    }
    assert [len(found) for found in (state.decisions, state.points, state.runs)] == [1, 1, 1]


def test_threads_that_call_first_at_the_same_time_share_one_sidecar() -> None:
    @integrate_context_manager
    class Orchestrator:
        size: int = 3

        def assign_task(self, task_id: str) -> None: ...

    orchestrator, together = Orchestrator(), threading.Barrier(8)

    def call(number: int) -> None:
        together.wait()
        orchestrator.assign_task(f"t{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, range(8)))

    assert attempts(orchestrator) == {f"t{number}": 1 for number in range(8)}
