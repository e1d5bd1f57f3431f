"""The state of a real orchestrator's object, after a real kill."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jarvis_ctx.disk.files import move_aside

PROGRAM = """
import collections, os, sys
from jarvis_ctx import context_of, integrate_context_manager

@integrate_context_manager(path=sys.argv[1], state=["queue", "spent"], checkpoint_interval=0.05)
class Orchestrator:
    def __init__(self):
        self.queue, self.spent = collections.deque(range(1_000_000, 1_000_050)), 0

    def assign_task(self, task_id):
        self.spent += 1
        self.queue.rotate(1)

orchestrator = Orchestrator()
print(orchestrator.spent, orchestrator.queue[0], flush=True)
while sys.argv[2] == "work":
    orchestrator.assign_task(f"t{orchestrator.spent % 7}")
    print(orchestrator.spent, orchestrator.queue[0], flush=True)
"""


def start(store: Path, what: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, str(store), what]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))


def killed_after(store: Path, calls: int) -> list[int]:
    """What a process that is killed had said last: its count and the head of its queue."""
    with start(store, "work") as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(calls)]
        child.kill()
        said += [line for line in child.stdout if line.endswith("\n")]
    return [int(word) for word in said[-1].split()]


def restored(store: Path) -> list[int]:
    with start(store, "look") as child:
        assert child.stdout is not None
        return [int(word) for word in child.stdout.read().split()]


@pytest.mark.crash
@pytest.mark.parametrize("lost", ["nothing", "jarvis_context.db", "checkpoints"])
def test_each_acknowledged_calls_state_survives_a_kill_and_the_loss_of_database_or_checkpoints(
    store_path: Path, lost: str
) -> None:
    spent, head = killed_after(store_path, calls=60)

    if lost != "nothing":
        move_aside(store_path / lost, "lost")
    spent_again, head_again = restored(store_path)

    assert spent >= 59
    assert spent_again in (spent, spent + 1)  # The last call may have returned without having been heard of.
    assert head_again == 1_000_000 + (-spent_again % 50)
    assert head == 1_000_000 + (-spent % 50)
