"""`durability="store"`: what a call that returned has said survives the loss of the journal."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jarvis_ctx.errors import DurabilityUnknown
from jarvis_ctx.sidecar import JarvisContextManager
from tests.locked import locked

pytestmark = pytest.mark.crash

SAY = """
import sys
from jarvis_ctx.sidecar import JarvisContextManager

manager = JarvisContextManager(sys.argv[1], durability="store", drain_interval=3600)
for said in range(1_000_000):
    manager.set_attribute("x", said)
    print(said, flush=True)
"""


def test_what_was_acknowledged_is_there_after_kill_9_and_the_loss_of_the_whole_journal(store_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", SAY, str(store_path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        acknowledged = [int(child.stdout.readline()) for _ in range(20)]
        os.kill(child.pid, signal.SIGKILL)
        acknowledged += [int(line) for line in child.stdout]

    shutil.rmtree(store_path / "journal")

    with JarvisContextManager(store_path) as successor:
        assert successor.attributes()["x"] >= acknowledged[-1]


def test_a_database_locked_by_another_process_raises_in_time_and_loses_nothing(store_path: Path) -> None:
    with JarvisContextManager(store_path, durability="store", store_timeout=0.5) as manager:
        with locked(store_path / "jarvis_context.db"), pytest.raises(DurabilityUnknown) as caught:
            manager.set_attribute("x", 1)

        manager.confirm(str(caught.value.facts["operation_id"]))

        assert manager.attributes() == {"x": 1}
    with JarvisContextManager(store_path) as successor:
        successor.confirm(str(caught.value.facts["operation_id"]))
        assert successor.attributes() == {"x": 1}


def test_a_parent_confirms_what_its_child_said_once_the_database_has_it(store_path: Path) -> None:
    reader, writer = os.pipe()
    with JarvisContextManager(store_path, durability="store", store_timeout=0.5) as manager:
        with locked(store_path / "jarvis_context.db"):
            in_child(lambda: os.write(writer, operation_of(lambda: manager.set_attribute("x", 1)).encode()))
            operation = os.read(reader, 64).decode()
            with pytest.raises(DurabilityUnknown, match=operation):
                manager.confirm(operation)

        manager.confirm(operation)

        said, _, number = operation.partition(":")
        assert manager.journal._store.watermarks()[said] == int(number)
    os.close(reader)
    os.close(writer)


def operation_of(call: Callable[[], object]) -> str:
    """The operation of a call that the store does not confirm."""
    with pytest.raises(DurabilityUnknown) as caught:
        call()
    return str(caught.value.facts["operation_id"])


def in_child(work: Callable[[], object]) -> None:
    """Do it in a forked child, and wait for its end."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
