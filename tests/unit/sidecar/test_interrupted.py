"""A program's own signal handler calls in the middle of a transaction of the interrupted thread."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis_ctx.errors import DurabilityUnknown, StoreInUse
from jarvis_ctx.sidecar import JarvisContextManager


@pytest.fixture
def manager(store_path: Path) -> Iterator[JarvisContextManager]:
    before = signal.getsignal(signal.SIGUSR1)
    with JarvisContextManager(store_path, durability="store", store_timeout=60, drain_interval=60) as manager:
        manager.set_attribute("x", 0)
        yield manager
    signal.signal(signal.SIGUSR1, before)


def signal_within(manager: JarvisContextManager, beginning: str) -> None:
    """SIGUSR1 comes in the middle of the next statement that begins so."""
    database = manager._opened.store.events._database
    connection = database._handles.writer

    def at(statement: str) -> None:
        if statement.lstrip().startswith(beginning):
            connection.set_trace_callback(None)
            signal.raise_signal(signal.SIGUSR1)

    connection.set_trace_callback(at)


def test_a_call_in_a_transaction_of_its_own_thread_is_kept_and_not_waited_for(manager: JarvisContextManager) -> None:
    refused: list[DurabilityUnknown] = []

    def handler(*_: object) -> None:
        with pytest.raises(DurabilityUnknown) as caught:
            manager.set_attribute("said", True)
        refused.append(caught.value)

    signal.signal(signal.SIGUSR1, handler)
    signal_within(manager, "PRAGMA synchronous = FULL")
    manager.journal.sync()

    assert refused[0].facts["seconds"] == 0
    manager.confirm(str(refused[0].facts["operation_id"]))
    assert manager.status()["lag"]["not_drained"] == 0


def test_a_checkpoint_in_the_middle_of_its_own_threads_drain_is_refused_and_leaves_nothing(
    manager: JarvisContextManager, store_path: Path
) -> None:
    refused: list[StoreInUse] = []

    def handler(*_: object) -> None:
        with pytest.raises(StoreInUse) as caught:
            manager.checkpoint("within")
        refused.append(caught.value)

    signal.signal(signal.SIGUSR1, handler)
    signal_within(manager, "INSERT")
    manager.set_attribute("x", 1)

    assert len(refused) == 1
    assert (manager.recovery_points(), list(store_path.glob("emergency_*"))) == ([], [])
