"""How a sidecar's run ends when it is disturbed: Ctrl-C and SIGTERM in the middle of `close`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.sidecar import JarvisContextManager
from tests.locked import locked

STOPPED = """
import os, signal, sys
from jarvis_ctx.sidecar import JarvisContextManager

manager = JarvisContextManager(sys.argv[1], name="a")
take = manager.keeper.take
manager.keeper.take = lambda: (os.kill(os.getpid(), signal.SIGTERM), take())
manager.close()
"""


@pytest.fixture
def manager(store_path: Path) -> Iterator[JarvisContextManager]:
    manager = JarvisContextManager(store_path, name="a", handle_signals=False)
    yield manager
    manager.close()


def test_a_close_cut_short_by_ctrl_c_has_written_the_end_and_the_next_close_lets_the_name_go(
    manager: JarvisContextManager, store_path: Path
) -> None:
    manager.keeper._flush = lambda: signal.raise_signal(signal.SIGINT)
    manager.set_attribute("x", 1)

    with pytest.raises(KeyboardInterrupt):
        manager.close()
    half = manager.closed, manager.journal.writer.state.runs[manager.run.id].ending
    manager.keeper._flush = manager.flush
    manager.close()

    assert half == (False, "closed")
    with JarvisContextManager(store_path, name="a", handle_signals=False) as successor:
        assert successor.recovery_report is None


def test_a_sigterm_while_closing_waits_for_the_end_and_then_ends_the_process(store_path: Path) -> None:
    child = subprocess.run([sys.executable, "-c", STOPPED, str(store_path)], timeout=30, env=dict(os.environ))

    assert child.returncode == -signal.SIGTERM
    with JarvisContextManager(store_path, name="a", handle_signals=False) as successor:
        assert successor.recovery_report is None


def test_a_database_locked_by_another_process_does_not_keep_close_from_ending_the_run(
    manager: JarvisContextManager, store_path: Path
) -> None:
    manager.set_attribute("x", 1)

    with locked(store_path / "jarvis_context.db"):
        manager.set_attribute("x", 2)
        manager.close()

    with JarvisContextManager(store_path, name="a", handle_signals=False) as successor:
        assert (successor.recovery_report, successor.attributes()) == (None, {"x": 2})


def test_a_job_that_speaks_after_the_end_was_written_does_not_keep_the_process_from_ending(store_path: Path) -> None:
    script = """
import os, signal, sys, threading
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.turns import while_ours

manager = JarvisContextManager(sys.argv[1], name="a")
begun = threading.Event()

def speak():
    begun.set()
    while not manager.journal.writer.put_down:
        pass
    manager.agent_gone("parser")

manager._schedule._jobs["late"] = (0.01, while_ours(manager.journal.writer, speak))
begun.wait()
os.kill(os.getpid(), signal.SIGTERM)
threading.Event().wait()
"""
    child = subprocess.run([sys.executable, "-c", script, str(store_path)], timeout=60, env=dict(os.environ))

    assert child.returncode == -signal.SIGTERM
    with JarvisContextManager(store_path, name="a", handle_signals=False) as successor:
        assert successor.recovery_report is None
