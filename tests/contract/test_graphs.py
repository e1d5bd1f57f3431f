"""The `GraphIndex` port, on every engine."""

from __future__ import annotations

import msgspec

from jarvis_ctx.graphs.subjects import beneath, subject
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.model.cut import Cut
from tests.contract.conftest import Store
from tests.contract.records import OTHER, START, WRITER, batch, event, opening

ALL = '["', '["\U0010ffff'


def told(number: int, *about: str, writer: str = WRITER, kind: str = "GraphCheckpointPut") -> StoredEvent:
    payload = msgspec.json.encode([number, START + number, "run-1", kind, subject(*about), {}]).decode()
    return StoredEvent(writer, number, f"{number:032x}", payload)


def test_a_thread_is_scanned_from_its_greatest_subject_down_and_no_other_thread_is(store: Store) -> None:
    rows = [told(1, "a", "", "1"), told(2, "a", "", "2"), told(3, "a", "child", "1"), told(4, "a b", "", "9")]
    store.events.write(batch([*rows, told(5, "a")]))

    found = store.graphs.scan("jarvis", *beneath("a"), 9)

    assert [place.subject for place in found] == [
        subject("a", *rest) for rest in (("child", "1"), ("", "2"), ("", "1"))
    ]


def test_the_latest_event_about_one_subject_comes_first_and_the_limit_holds(store: Store) -> None:
    store.events.write(
        batch([told(1, "a", "", "1"), told(2, "a", "", "1", kind="GraphWritesPut"), told(3, "a", "", "0")])
    )

    found = store.graphs.scan("jarvis", *beneath("a", ""), 2)

    assert [(place.kind, place.number, place.time) for place in found] == [
        ("GraphWritesPut", 2, START + 2),
        ("GraphCheckpointPut", 1, START + 1),
    ]


def test_events_of_other_kinds_and_of_other_orchestrators_stay_out(store: Store) -> None:
    store.events.write(batch([event(1), told(2, "a", "", "1", kind="TaskProgressed"), told(3, "a", "", "1")]))
    store.events.write(batch([told(1, "b", "", "1", writer=OTHER)], opening(OTHER, orchestrator="reviewer")))

    found = store.graphs.scan("jarvis", *ALL, 9)

    assert [(place.writer, place.number) for place in found] == [(WRITER, 3)]


def test_events_are_fetched_as_they_were_written_and_what_is_not_there_is_left_out(store: Store) -> None:
    rows = [told(1, "ä\n", "", "1"), told(2, "a", "", "2")]
    store.events.write(batch(rows))

    found = store.graphs.fetch([(WRITER, 1), (WRITER, 2), (WRITER, 3), (OTHER, 1)])

    assert sorted(found, key=lambda row: row.number) == rows


def test_what_is_told_of_one_subject_is_read_whole_the_latest_first(store: Store) -> None:
    rows = [told(number, "a", kind="SessionItemsAdded") for number in (1, 2, 3)]
    store.events.write(batch([*rows, told(4, "a", "b"), told(5, "a", kind="TaskProgressed")]))

    found = store.graphs.read("jarvis", subject("a"), 2)

    assert [(row.time, row.kind) for row in found] == [(START + n, "SessionItemsAdded") for n in (3, 2)]
    assert [StoredEvent(row.writer, row.number, row.digest, row.payload) for row in found] == rows[:0:-1]
    assert store.graphs.read("reviewer", subject("a"), 2) == []


def test_a_cut_leaves_the_events_of_graphs(store: Store) -> None:
    store.events.write(batch([event(1), told(2, "a", "", "1"), event(3)]))

    gone = store.events.cut("jarvis", Cut(position={WRITER: 3}, horizon=START + 9, decisions_since=START + 9))

    assert gone == 2
    assert [place.number for place in store.graphs.scan("jarvis", *ALL, 9)] == [2]
