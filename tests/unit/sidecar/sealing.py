"""A process that fills an encrypted store and is killed; to be run with `-m`."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from jarvis_ctx.capture.steps import StepCall
from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.sidecar import JarvisContextManager

PLAIN = "PLAINTEXT"
"""What no byte on disk may tell."""
LARGE = PLAIN + "".join(map(str, range(60_000)))
"""A value for a side file."""


def fill(manager: JarvisContextManager) -> None:
    """A bit of everything, with the plain text wherever text can stand."""
    progress: dict[str, Any] = {"description": PLAIN, "blockers": [PLAIN], "percentage": 40, "of": PLAIN}
    manager.update_task_progress("one", {**progress, "completed_subtasks": [PLAIN], "dependencies": [PLAIN]})
    manager.log_decision("route", PLAIN, PLAIN, PLAIN, PLAIN, more=PLAIN)
    manager.log_agent_message("a", "b", PLAIN)
    manager.add_message("user", LARGE)
    manager.update_agent_state("a", {"status": PLAIN, "of": PLAIN})
    manager.heartbeat("a", load=PLAIN)
    manager.set_attribute("queue", (PLAIN, b"x"))
    manager.claims.run(TaskCall(method="work", task=TaskId("done"), description=PLAIN), lambda: _work(manager))
    _fail(manager)


def _work(manager: JarvisContextManager) -> str:
    step = StepCall(name="step", args=(PLAIN,), kwargs={})
    return str(manager.steps.run(step, lambda: PLAIN))


def _fail(manager: JarvisContextManager) -> None:
    def work() -> None:
        raise ValueError(PLAIN)

    try:
        manager.claims.run(TaskCall(method="work", task=TaskId("failed")), work)
    except ValueError as error:
        manager._exception_seen("main", {"type": "ValueError", "message": str(error), "traceback": PLAIN})


def main(path: str, secrets: str) -> None:
    manager = JarvisContextManager(path, encryption_key="env:KEYS", secrets=secrets, handle_signals=False)
    fill(manager)
    manager.flush()
    manager.keeper._files.put_emergency(manager.keeper._snapshot(manager.journal.picture(), ""))
    manager.mark_recovery_point("half")
    manager._save_beats()
    manager.set_attribute("last", PLAIN)
    manager.flush()
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
