"""What waits in the journal is bounded: callers wait a little, counted, and never for ever."""

from __future__ import annotations

import threading

import pytest

from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.journal.backlog import Backlog
from jarvis_ctx.journal.journal import Journal
from tests.unit.journal.build import SEGMENT, Store


def fill(journal: Journal, segments: int) -> None:
    while len(journal.writer.segments) < segments:
        journal.append("AttributeSet", "x", {"value": "x" * 1000})


def test_a_caller_waits_for_a_store_that_is_too_far_behind_and_then_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(batch: object) -> None:
        raise StoreUnavailable(path="db", reason="it is cut off")

    with store.journal(backlog_bytes=2 * SEGMENT, backlog_wait=0.001) as journal:
        monkeypatch.setattr(store.database.events, "write", fail)

        fill(journal, 4)

        health = journal.health()
        assert (health.backlog_waits, journal.writer.undrained) == (2, 4 * SEGMENT)
        assert health.backlog_seconds >= 0.002


def test_a_store_that_keeps_up_makes_nobody_wait(store: Store) -> None:
    with store.journal(backlog_bytes=2 * SEGMENT, backlog_wait=60) as journal:
        for _ in range(4):
            fill(journal, 2)
            journal.flush()

        assert journal.health().backlog_waits == 0


def test_who_waits_goes_on_as_soon_as_there_is_room() -> None:
    undrained = [3]
    backlog = Backlog(lambda: undrained[0], 2, 60)
    caller = threading.Thread(target=backlog.wait)

    caller.start()
    undrained[0] = 2
    caller.join(10)

    assert not caller.is_alive()
