"""`durability="store"`: a call returns when the store has committed it for good."""

from __future__ import annotations

from typing import Any

import pytest

from jarvis_ctx.errors import DurabilityUnknown, StoreUnavailable, UnknownOperation
from jarvis_ctx.journal.journal import Journal
from tests.unit.journal.build import Store


def say(journal: Journal, value: int) -> int:
    return journal.append("AttributeSet", "x", {"value": value})


def cut_off(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(batch: object) -> None:
        raise StoreUnavailable(path="db", reason="it is cut off")

    monkeypatch.setattr(store.database.events, "write", fail)


def test_a_call_returns_when_the_store_has_it(store: Store) -> None:
    with store.journal(durability="store") as journal:
        number = say(journal, 1)

        assert store.database.events.watermarks() == {journal.writer.writer: number}


def test_a_store_that_does_not_answer_in_time_is_told_of_with_an_operation_id(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.journal(durability="store", store_timeout=0.01) as journal:
        cut_off(store, monkeypatch)

        with pytest.raises(DurabilityUnknown, match="it is cut off") as caught:
            say(journal, 1)

        assert caught.value.facts["operation_id"] == f"{journal.writer.writer}:1"
        assert journal.writer.state.attributes["x"].value == 1


def test_a_drain_that_is_always_busy_with_others_keeps_a_call_no_longer_than_it_would_wait(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = iter([1] * 100)
    with store.journal(durability="store", store_timeout=0.0) as journal:
        monkeypatch.setattr(journal._stored, "_drain", lambda: next(turns))

        with pytest.raises(DurabilityUnknown, match="more to drain before it"):
            say(journal, 1)


def test_an_operation_that_is_waited_for_again_stays_one_event(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.journal(durability="store", store_timeout=0.01) as journal:
        with monkeypatch.context() as cut:
            cut_off(store, cut)
            with pytest.raises(DurabilityUnknown) as caught:
                say(journal, 1)
            with pytest.raises(DurabilityUnknown):
                journal.confirm(str(caught.value.facts["operation_id"]))

        journal.confirm(str(caught.value.facts["operation_id"]))

        assert store.database.events.watermarks() == {journal.writer.writer: 1}


@pytest.mark.parametrize("id", ["", "x", "x:1", "0000000100000001:2", "0000000100000001:0", "0000000100000001:-1"])
def test_an_operation_nobody_began_is_refused(store: Store, id: str) -> None:
    with store.journal(durability="store") as journal:
        say(journal, 1)

        with pytest.raises(UnknownOperation):
            journal.confirm(id)


def test_what_is_said_in_the_middle_of_a_commit_does_not_wait_for_itself(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = store.database.events.write
    said: list[bool] = []

    def write_and_say(batch: object) -> None:
        if not said:
            said.append(True)
            with pytest.raises(DurabilityUnknown, match="cannot wait for itself"):
                say(journal, 2)
        write(batch)  # type: ignore[arg-type]  # The port's own batch, handed on.

    monkeypatch.setattr(store.database.events, "write", write_and_say)
    with store.journal(durability="store") as journal:
        say(journal, 1)

        assert (said, journal.writer.number) == ([True], 2)


def test_what_is_said_in_the_middle_of_this_threads_drain_is_not_waited_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = store.database.events.write
    refused: list[Any] = []

    def write_and_say(batch: object) -> None:
        if not refused:
            refused.append(True)
            with pytest.raises(DurabilityUnknown, match="cannot wait for itself") as caught:
                say(journal, 2)
            refused[0] = caught.value.facts
        write(batch)  # type: ignore[arg-type]  # The port's own batch, handed on.

    monkeypatch.setattr(store.database.events, "write", write_and_say)
    with store.journal(durability="store", store_timeout=60) as journal:
        journal.writer.write_all([("AttributeSet", "x", {"value": 1})])
        journal.flush()

        assert refused[0]["seconds"] == 0
        journal.confirm(refused[0]["operation_id"])
