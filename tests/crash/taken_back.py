"""A small orchestrator that is told what to do, a word and a task a line, and says what it runs and what returned."""

from __future__ import annotations

import sys
import threading
from collections import defaultdict

from jarvis_ctx import context_of, durable_step, integrate_context_manager

_printing = threading.Lock()


def say(*words: str) -> None:
    with _printing:
        print(*words, flush=True)


@durable_step
def charge(task: str) -> str:
    say("charged", task)
    return f"invoice {task}"


class Crew:
    """Each task is charged for, and then waits until it may end."""

    def __init__(self) -> None:
        self.may_end: defaultdict[str, threading.Event] = defaultdict(threading.Event)

    def assign_task(self, task_id: str) -> str:
        charge(task_id)
        say("at", task_id)
        self.may_end[task_id].wait()
        return f"did {task_id}"


def main(path: str, store: str) -> None:
    """One life: `begin` a task in a thread, let it `end`, `run` one to its end, `mark` a point."""
    crew = integrate_context_manager(path=path, store=store, resume="skip", checkpoint_interval=3600)(Crew)()
    manager = context_of(crew)
    assert manager is not None

    def assign(task: str) -> None:
        say("returned", crew.assign_task(task))

    say("ready")
    for line in sys.stdin:
        word, task = line.split()
        if word == "mark":
            manager.mark_recovery_point(task)
            say("marked", task)
        if word in ("end", "run"):
            crew.may_end[task].set()
        if word in ("begin", "run"):
            threading.Thread(target=assign, args=(task,), daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
