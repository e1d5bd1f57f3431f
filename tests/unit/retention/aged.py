"""Stores in which something is old."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from jarvis_ctx.retention.threads import Drop, drops
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.cleanups import rules_of
from jarvis_ctx.sidecar.opening import DATABASE
from tests.fakes import MOMENT, FakeClock
from tests.tampering import tamper

DAY = 86_400
LONG_AGO, SINCE = "said long ago", "said since"


def begin(path: Path, days: float, **settings: Any) -> JarvisContextManager:
    """A run that begins so many days after the first one."""
    chosen = {"handle_signals": False, "segment_bytes": 8192, "retention_days": 30, **settings}
    clock = FakeClock(MOMENT + round(days * DAY * 1_000_000), 1000.0 + days * DAY)
    return JarvisContextManager(path, clock=clock, **chosen)


def first_run(path: Path) -> None:
    """A run that said much: 100 messages, a decision, a finished task and an open one."""
    with begin(path, 0) as manager:
        for number in range(100):
            manager.log_agent_message("a", "b", f"{LONG_AGO} {number} {'x' * 100}")
        manager.log_decision("route", {"question": 1}, "left", "it is shorter")
        manager.update_task_progress("done", {"status": "completed", "percentage": 100})
        manager.update_task_progress("open", {"status": "in_progress", "percentage": 40})
        manager.set_attribute("budget", 7)


def old_store(path: Path, **settings: Any) -> JarvisContextManager:
    """A run 60 days after the first one, that has said something itself; the archive is filled."""
    first_run(path)
    manager = begin(path, 60, **settings)
    manager.log_agent_message("a", "b", SINCE)
    manager.checkpoint()
    later(manager, 1)
    manager.log_agent_message("a", "b", SINCE)
    manager.checkpoint()
    manager.archiving.turn()
    later(manager, 1)
    manager.flush()
    return manager


def later(manager: JarvisContextManager, seconds: float) -> None:
    """Let time pass for a run of these."""
    assert isinstance(manager._clock, FakeClock)
    manager._clock.advance(seconds)


def archived(manager: JarvisContextManager, hours: float = 2) -> None:
    """Let time pass, and let all that was told so far be archived."""
    for _ in range(12):
        manager.journal.append("TaskProgressed", "padding", {"description": "x" * 900})
    for number in range(3):
        later(manager, hours * 1200)
        manager.set_attribute("round", number)
        manager.checkpoint()
        manager.flush()
        manager.archiving.turn()
    for path in (manager.settings.folder / "journal" / "values").glob("*"):
        os.utime(path, (0, 0))  # A test's hours do not pass for files.


def judged(manager: JarvisContextManager) -> list[Drop]:
    """What a cleanup would drop of the threads now."""
    rules, now = rules_of(manager.settings), manager._clock.wall()
    return list(drops(manager.threads.source(), rules, manager.journal.picture(), now))


def rot(store: Path, kind: str) -> None:
    """Let the bodies of all events of a kind rot in the database, and nothing that leads to them."""
    tamper(store / DATABASE, "UPDATE events SET payload = replace(payload, '{', '{ ') WHERE kind = ?", kind)
