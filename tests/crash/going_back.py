"""A process that goes back to a point and is killed with SIGKILL at a step of it, named on the command line."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.checkpoint.keeper import Keeper
from jarvis_ctx.journal import fold
from jarvis_ctx.journal.segment import Segment
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.travel import restore_offline

STEPS: dict[str, tuple[Any, str, int]] = {
    "before the point is written": (CheckpointFiles, "put", 1),
    "before the point is told": (Segment, "append", 1),
    "before the restore is told": (Segment, "append", 2),
    "before it is folded": (fold, "apply", 2),
    "before the database hears of it": (Keeper, "_into_store", 1),
}
"""What is not reached any more: whose, which, and its how many-th call."""


def kill_at(owner: Any, name: str, count: int) -> None:
    """Die at the `count`-th call from now on, before anything of it is done."""
    calls, work = [0], getattr(owner, name)

    def dying(*arguments: Any, **more: Any) -> Any:
        calls[0] += 1
        if calls[0] == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return work(*arguments, **more)

    setattr(owner, name, dying)


def live(store: str, step: str) -> None:
    """The owner itself goes back."""
    manager = JarvisContextManager(store, handle_signals=False, checkpoint_interval=3600)
    manager.update_task_progress("a", {"percentage": 10})
    manager.mark_recovery_point("noon")
    manager.update_task_progress("a", {"percentage": 90})
    manager.update_task_progress("b", {"percentage": 5})
    manager.flush()
    kill_at(*STEPS[step])
    manager.restore("noon")


def dead(store: str, step: str) -> None:
    """A store nobody runs is taken back by hand."""
    from jarvis_ctx import settings

    with JarvisContextManager(store, handle_signals=False) as manager:
        manager.update_task_progress("a", {"percentage": 10})
        manager.mark_recovery_point("noon")
        manager.update_task_progress("a", {"percentage": 90})
        manager.update_task_progress("b", {"percentage": 5})
    chosen = settings.load({"path": store}, environ={})
    kill_at(*STEPS[step])
    restore_offline(chosen, "noon")


WAYS: dict[str, Callable[[str, str], None]] = {"live": live, "dead": dead}

if __name__ == "__main__":
    WAYS[sys.argv[1]](sys.argv[2], sys.argv[3])
