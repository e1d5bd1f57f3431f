"""An orchestrator's process that fills a store with a bit of everything and is killed with SIGKILL."""

from __future__ import annotations

import datetime
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jarvis_ctx.sidecar import JarvisContextManager

ROOT = Path(__file__).parents[3]
READY = "ready"
TOLD: dict[str, Any] = {"resume": "skip", "max_attempts": 2, "stale_after": 200}
STATUSES = ("pending", "in_progress", "completed", "blocked", "failed", "polishing")


def fill(manager: JarvisContextManager) -> None:
    """Six tasks, one of each status; agents, decisions, an attempt in flight, a step in doubt, a recovery point."""
    for number, status in enumerate(STATUSES):
        manager.update_task_progress(
            f"task-{number}",
            {
                "description": f"Review module {number}",
                "status": status,
                "percentage": number * 10,
                "completed_subtasks": ["parse"],
                "blockers": ["task-0"] if status == "blocked" else [],
                "agent": "parser",
                "due": datetime.date(2026, 11, 21),
                "lines": (1, 80),
            },
        )
    manager.journal.append("TaskClaimed", "task-1", {"method": "assign_task", "attempt": 1, "key": "k1"})
    manager.journal.append("StepStarted", "task-1", {"key": "s1", "name": "publish_review"})
    for number in range(3):
        manager.log_decision("severity", {"file": number}, "major", ["too long"], None, sure=0.9)
    manager.log_agent_message("parser", "editor", {"done": {1, 2}})
    manager.add_message("user", "please review")
    manager.set_attribute("queue", ("a", b"b"))
    manager.heartbeat("parser", load=1)
    manager.heartbeat("metrics")
    manager.agent_gone("metrics")
    manager.update_agent_state("editor", {"status": "busy"})
    manager.mark_recovery_point("phase one")
    manager.update_task_progress("task-1", {"percentage": 55})


@contextmanager
def living(store: Path, name: str = "jarvis") -> Iterator[subprocess.Popen[str]]:
    """A process that has filled `store` and goes on living; killed with SIGKILL at the end."""
    command = [sys.executable, "-m", "tests.unit.insight.dying", str(store), name]
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == READY
        yield child
    finally:
        child.send_signal(signal.SIGKILL)
        child.communicate()


def _live(store: str, name: str) -> None:
    manager = JarvisContextManager(store, name=name, checkpoint_interval=3_600, **TOLD)
    fill(manager)
    manager.flush()
    while manager.insight.status()["lag"]["not_synced"]:
        time.sleep(0.01)
    print(READY, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    _live(*sys.argv[1:])
