"""A witness from outside: runs the attached command, and notes in a file of its own which calls were made and returned.

What it notes owes nothing to jarvis-ctx: it stands outside the captured methods, and once more inside two of them,
where it sees which bodies really ran. A note is one line, written by one system call before anything else happens.
`python -m examples.code_review.proof.witness NOTES [arguments of the command]`
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from ..orchestrator import CodeReview

KEYS: dict[str, Callable[..., str]] = {
    "assign_task": lambda task: task["id"],
    "publish_review": lambda review: review["id"],
    "update_task_progress": lambda task_id, progress: progress_key(task_id, progress["percentage"], progress["status"]),
    "decide_severity": lambda task_id, facts: task_id,
    "send_message": lambda sender, recipient, content: message_key(sender, recipient, content),
}
"""What tells one call of a method from another; `claims.py` finds the same in the store's events."""

WORK = ("assign_task", "publish_review")
"""Methods whose call may be answered without running them."""


def progress_key(task_id: str, percentage: float, status: str) -> str:
    """One step of a task's progress."""
    return f"{task_id} {percentage:g}% {status}"


def message_key(sender: str, recipient: str, content: object) -> str:
    """One message."""
    return f"{sender} {recipient} {json.dumps(content, sort_keys=True)}"


class Notes:
    """The file of notes: a list a line, [what, …]. The first of a life is "life", its process id and the time.

    A note of one of its worker processes is ["worker", process id of the life, process id of the worker, what, …].
    """

    def __init__(self, path: str, *, worker: bool = False) -> None:
        """`worker`: this process is one that was spawned, not forked, and begins no life."""
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._life = os.getppid() if worker else os.getpid()
        if not worker:
            self.write("life", os.getpid(), time.monotonic())

    def write(self, *note: object) -> None:
        """One system call, so that notes of several threads never mix and none waits in a buffer at a kill."""
        if os.getpid() != self._life:
            note = ("worker", self._life, os.getpid(), *note)
        # A line of its own even where somebody was killed in the middle of one.
        os.write(self._descriptor, b"\n" + json.dumps(note).encode() + b"\n")

    def around(self, method: Any, before: str, after: str) -> Any:
        """`method`, with notes of these names before and after each call."""
        key = KEYS[method.__name__]

        @functools.wraps(method)
        def noted(self_: CodeReview, *args: Any) -> Any:
            subject = key(*args)
            self.write(before, method.__name__, subject)
            result = method(self_, *args)
            self.write(after, method.__name__, subject)
            return result

        return noted

    def at_work(self, run: Callable[[CodeReview], str]) -> Callable[[CodeReview], str]:
        """`run`, with a note of when it began."""

        def noted(self_: CodeReview) -> str:
            self.write("running", time.monotonic())
            return run(self_)

        return noted


def watch(cls: type[CodeReview], notes: Notes, module: str) -> Callable[[list[str]], int]:
    """Stand around the methods of `cls`, which `module` attaches when it is imported; returns its `main`."""
    for name in WORK:
        setattr(cls, name, notes.around(getattr(cls, name), "began", "ended"))
    # What is put around a method before this import is inside the capture, what comes after is outside.
    attached = importlib.import_module(module)
    for name in KEYS:
        setattr(cls, name, notes.around(getattr(cls, name), "called", "returned"))
    cls.run = notes.at_work(cls.run)  # type: ignore[assignment,method-assign]  # in place of the method
    main: Callable[[list[str]], int] = attached.main
    return main


def main(arguments: list[str]) -> int:
    """Run the attached command under the witness's eyes."""
    return watch(CodeReview, Notes(arguments[0]), "examples.code_review.attached")(arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
