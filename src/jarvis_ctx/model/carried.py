"""What became of a graph's thread that was in flight when a run died."""

from __future__ import annotations

from typing import Literal

import msgspec

Outcome = Literal["carried on", "failed", "waiting", "not begun", "quarantined", "in use"]


class CarriedThread(msgspec.Struct, frozen=True, kw_only=True):
    """One thread. `carried on`: it ran to its end, or to where it waits for a person; `waiting`: it did so before;
    `not begun`: its input was not stored when the process died; `failed`: it raised; `in use`: somebody runs it.
    """

    thread: str
    graph: str
    task: str
    """The run that was cut off."""
    outcome: Outcome
    reason: str = ""

    def has(self, task: str) -> bool:
        """Whether a task, by its id, is the thread's run or one of its nodes'.

        Another thread's name may begin as this one's, and a slash: what has a further slash is not taken for ours.
        """
        node = task.removeprefix(f"{self.thread}/")
        return task == self.task or (node != task and "/" not in node)
