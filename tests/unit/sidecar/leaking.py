"""A process that says a hundred secrets in every way there is, and is killed; to be run with `-m`."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from jarvis_ctx.capture.task_call import TaskCall
from jarvis_ctx.model.ids import TaskId
from jarvis_ctx.sidecar import JarvisContextManager
from tests.planted_secrets import PLANTED, SECRETS

VERBS = 7
"""How each secret is told in turn."""


def say(manager: JarvisContextManager, number: int, secret: Any) -> None:
    """Tell one secret by every verb."""
    text = secret if isinstance(secret, str) else "nothing"
    progress = {"description": text, "blockers": [text], "completed_subtasks": [text], "metadata": {"of": secret}}
    manager.update_task_progress(f"task {number}", progress)
    manager.log_decision("route", secret, secret, text, secret, more=secret)
    manager.update_agent_state(f"agent {number}", {"status": text or "x", "of": secret})
    manager.heartbeat(f"agent {number}", beat=secret)
    manager.log_agent_message("a", "b", secret, more=secret)
    manager.add_message("user", secret)
    manager.set_attribute(f"attribute {number}", secret)


def fail(manager: JarvisContextManager, number: int, text: str) -> None:
    """Let a task fail with the secret in its exception, and lose a capture over it."""

    def work() -> None:
        raise ValueError(f"refused: {text}")

    try:
        manager.claims.run(TaskCall(method="work", task=TaskId(f"task {number}")), work)
    except ValueError as error:
        manager.capture_failed("work", error)


def main(path: str, secrets: str) -> None:
    manager = JarvisContextManager(path, secrets=secrets, log_file=f"{path}/log.txt", history_size=200)
    for number, secret in enumerate(PLANTED):
        say(manager, number, secret)
    for number, text in enumerate(SECRETS):
        fail(manager, number, text)
    manager.claims.run(TaskCall(method="work", task=TaskId("answers")), lambda: {"password": "PLANTED01"})
    manager.flush()
    manager.checkpoint()
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
