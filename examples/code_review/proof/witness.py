"""A witness from outside: runs the attached command, and notes in a file of its own which calls were made and returned.

What it notes owes nothing to jarvis-ctx: it stands outside the captured methods, and once more inside two of them,
where it sees which bodies really ran. A note is one line, written by one system call before anything else happens.
`python -m examples.code_review.proof.witness NOTES [arguments of the command]`
"""

from __future__ import annotations

import functools
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
    """The file of notes: a list a line, [what, …]. The first of a life is "life", its process id and the time."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        # The life before may have been killed in the middle of a line.
        os.write(self._descriptor, b"\n")
        self.write("life", os.getpid(), time.monotonic())

    def write(self, *note: object) -> None:
        """One system call, so that notes of several threads never mix and none waits in a buffer at a kill."""
        os.write(self._descriptor, json.dumps(note).encode() + b"\n")

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


def main(arguments: list[str]) -> int:
    """Run the attached command under the witness's eyes."""
    notes = Notes(arguments[0])
    for name in WORK:
        setattr(CodeReview, name, notes.around(getattr(CodeReview, name), "began", "ended"))
    # This import attaches: what is put around a method before it is inside the capture, what comes after is outside.
    from .. import attached

    for name in KEYS:
        setattr(CodeReview, name, notes.around(getattr(CodeReview, name), "called", "returned"))
    CodeReview.run = notes.at_work(CodeReview.run)  # type: ignore[assignment]  # in place of the method
    return attached.main(arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
