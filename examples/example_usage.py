"""Six short tours of jarvis-ctx: `python examples/example_usage.py` takes them all, in a temporary folder."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from jarvis_ctx import (
    JarvisContextManager,
    JarvisOrchestratorWithContext,
    context_of,
    durable_step,
    integrate_context_manager,
)


def sidecar_of(attached: object) -> Any:
    """The context manager of what was attached."""
    manager = context_of(attached)
    if manager is None:
        sys.exit("JARVIS_DISABLED is set, so nothing is captured.")
    return manager


def basic_management() -> None:
    """By hand: say what happens, and it is durable before the call returns."""
    with JarvisContextManager(name="basic") as cm:
        progress = {"description": "Process data files", "status": "in_progress", "percentage": 50}
        cm.update_task_progress("task-001", {**progress, "completed_subtasks": ["validation"]})
        cm.update_task_progress("task-001", {"blockers": ["the second file is missing"]})
        cm.log_decision("agent_assignment", "High priority", "Assign to agent-001", reasoning="It has the capabilities")
        cm.log_agent_message("agent-001", "agent-002", {"need": "the second file"})
        cm.heartbeat("agent-001")
        cm.mark_recovery_point("validated")
        (task,) = cm.tasks()
        print(f"{task['id']} is {task['percentage']:g}% done, blocked by: {', '.join(task['blockers'])}")


def going_back() -> None:
    """A recovery point leads back to where all was well; nothing is deleted on the way."""
    with JarvisContextManager(name="back") as cm:
        cm.update_task_progress("report", {"status": "in_progress", "percentage": 80})
        cm.mark_recovery_point("all was well")
        cm.update_task_progress("report", {"status": "failed", "percentage": 0})
        (task_since,) = cm.diff("all was well").tasks
        print(f"{task_since.id} changed in: {', '.join(changed.field for changed in task_since.fields)}")
        cm.restore("all was well")
        (task,) = cm.tasks()
        print(f"{task['id']} is {task['percentage']:g}% done again")


class Orchestrator:
    """Somebody's orchestrator, which knows nothing of us."""

    def assign_task(self, task: dict[str, str]) -> str:
        """Do a task."""
        return f"{self.choose_agent(task['kind'])} did {task['id']}"

    def choose_agent(self, kind: str) -> str:
        """Decide who does it."""
        return {"text": "writer", "image": "painter"}[kind]


def existing_orchestrator() -> None:
    """An object that is there already is wrapped, and used as before."""
    jarvis = JarvisOrchestratorWithContext(Orchestrator(), name="wrapped")
    print(jarvis.assign_task({"id": "poster", "kind": "image", "description": "Draw a poster"}))
    with sidecar_of(jarvis) as cm:
        (decision,) = cm.decisions()
        print(f"kept: {cm.tasks()[0]['description']!r}, and that {decision.decision_type} chose {decision.decision}")


def own_class() -> None:
    """A class of one's own gets one line above it."""

    @integrate_context_manager(name="decorated", tasks=["translate"])
    class Translator:
        def translate(self, text: str) -> str:
            return text.upper()

    translator = Translator()
    print(translator.translate("hello"))
    with sidecar_of(translator) as cm:
        print(f"kept: {cm.tasks()[0]['status']}, under an id made of its arguments: {cm.tasks()[0]['id']}")


@integrate_context_manager(name="crash", resume="skip")
class Pipeline:
    """Does three tasks, and dies in the midst of the second, but only once."""

    def assign_task(self, task_id: str) -> str:
        """Two steps a task."""
        print(f"  {task_id}: {durable_step('fetch', self.fetch, task_id)}")
        if task_id == "b" and not Path("died").exists():
            Path("died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return f"{task_id} is done"

    def fetch(self, task_id: str) -> str:
        """Expensive, so not twice."""
        print(f"  {task_id}: fetching", flush=True)
        return f"fetched {task_id}"


def pipeline() -> None:
    """The program that crashes; it is simply run again."""
    work = Pipeline()
    report = sidecar_of(work).recovery_report
    if report is not None:
        print(f"  recovery: {report.cause.cause}, {len(report.tasks)} tasks known, {report.lost} events lost")
    for task_id in ("a", "b", "c"):
        print(f"  {work.assign_task(task_id)}", flush=True)


def crash_and_recovery() -> None:
    """A process killed in the middle, and the same command again."""
    for time in ("first", "second"):
        print(f"{time} time:", flush=True)
        done = subprocess.run([sys.executable, __file__, "pipeline"], check=False)
        print(f"  -> ended by signal {-done.returncode}" if done.returncode < 0 else "  -> ended by itself", flush=True)


@integrate_context_manager(name="async")
class Crew:
    """Works on many tasks at a time."""

    async def assign_task(self, task_id: str, seconds: float) -> str:
        """Wait for somebody."""
        await asyncio.sleep(seconds)
        return f"{task_id} is done"


async def monitored() -> None:
    """Watch the tasks from within, without stopping them."""
    crew = Crew()
    cm = sidecar_of(crew)
    work = asyncio.gather(*(crew.assign_task(f"task-{n}", n / 20) for n in range(1, 6)))
    while not work.done():
        status = await asyncio.to_thread(cm.status)
        print(f"{status['tasks']['completed']} of {status['tasks']['total']} tasks completed")
        await asyncio.wait([work], timeout=0.1)
    print(f"all {cm.status()['tasks']['completed']} tasks completed")
    cm.close()


def main() -> None:
    """Take all tours; stores are made below a temporary folder, which is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="jarvis-usage-") as folder:
        os.chdir(folder)
        for tour in (basic_management, going_back, existing_orchestrator, own_class, crash_and_recovery):
            print(f"\n== {tour.__doc__}")
            tour()
        print(f"\n== {monitored.__doc__}")
        asyncio.run(monitored())
        os.chdir("/")


if __name__ == "__main__":
    pipeline() if sys.argv[1:] == ["pipeline"] else main()
