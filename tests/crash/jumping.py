"""A run under a wall clock that jumps; to be run with `-m`, a store and the clock's file, and a word a line."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash import plants

BUSY = {
    "checkpoint_interval": 0.1,
    "stale_after": 3.0,
    "cleanup_interval": 1,
    "segment_bytes": 8192,
    "drain_interval": 0.02,
}


def main(store: str, clock: str) -> None:
    """Set the clock as each line of standard input says, in seconds, and say how many checkpoints there were then."""
    plants.plant(os.environ.get(plants.VARIABLE, ""))
    with JarvisContextManager(store, handle_signals=False, **BUSY) as manager:
        manager.log_decision("route", {}, "left", "it is shorter")
        for line in sys.stdin:
            Path(clock).write_text(line)
            manager.heartbeat("ann")
            manager.set_attribute("clock", int(line))
            _turns(manager, 3)
            print(manager.keeper.taken, flush=True)
            manager.heartbeat("ann")


def _turns(manager: JarvisContextManager, wanted: int) -> None:
    """Until the schedule has taken so many more checkpoints; the test ends a child that waits for ever."""
    goal, count, pause = manager.keeper.taken + wanted, 0, threading.Event()
    while manager.keeper.taken < goal:
        count += 1
        manager.set_attribute("turn", count)
        pause.wait(0.01)


if __name__ == "__main__":
    main(*sys.argv[1:])
