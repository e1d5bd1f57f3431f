"""`durability="power"`: a call returns when an fdatasync has covered it; callers that wait together share one."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from jarvis_ctx.sidecar import JarvisContextManager

pytestmark = pytest.mark.crash

CALLERS = 8


def test_a_call_returns_after_its_sync(store_path: Path) -> None:
    with JarvisContextManager(store_path, durability="power", sync_interval=3600) as manager:
        sync, before = manager.journal._sync, manager.journal._sync.syncs

        for said in range(5):
            manager.add_message("user", said)
            assert sync.number >= manager.journal.writer.number

        assert sync.syncs == before + 5


def test_a_call_waits_for_no_sync_when_only_the_process_can_die(store_path: Path) -> None:
    with JarvisContextManager(store_path, sync_interval=3600) as manager:
        before = manager.journal._sync.syncs

        manager.add_message("user", "hello")

        assert manager.journal._sync.syncs == before


def test_callers_that_wait_together_share_one_sync(store_path: Path) -> None:
    with JarvisContextManager(store_path, durability="power", sync_interval=3600) as manager:
        sync, before = manager.journal._sync, manager.journal._sync.syncs
        target = manager.journal.writer.number + CALLERS
        callers = [threading.Thread(target=manager.add_message, args=("user", said)) for said in range(CALLERS)]

        with sync._lock:  # A disk that is busy: none of them gets its turn before all have written.
            for caller in callers:
                caller.start()
            while manager.journal.writer.number < target:
                pass
            assert sync.number < target
        for caller in callers:
            caller.join()

        assert (sync.number, sync.syncs) == (target, before + 1)
