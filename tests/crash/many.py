"""A program with many tasks that says which of its calls came back, and takes a checkpoint every few of them.

`python -m tests.crash.many FOLDER`: a line a call, `task percentage`.
"""

from __future__ import annotations

import sys
from itertools import count

from jarvis_ctx import JarvisContextManager

TASKS = 1_100
"""Enough that checkpoints hold what changed since a whole one."""
EVERY = 3


def main(folder: str) -> None:
    """Go on until killed."""
    manager = JarvisContextManager(folder, checkpoint_interval=3600.0, segment_bytes=65_536)
    for number in range(TASKS):
        manager.update_task_progress(f"t{number:04d}", {"description": f"Review {number}", "percentage": 0})
    manager.checkpoint()
    for call in count(1):
        task, percentage = f"t{call * 7 % TASKS:04d}", call % 100
        manager.update_task_progress(task, {"percentage": percentage})
        print(task, percentage, flush=True)
        if call % EVERY == 0:
            manager.checkpoint()
            manager.archiving.turn()


if __name__ == "__main__":
    main(sys.argv[1])
