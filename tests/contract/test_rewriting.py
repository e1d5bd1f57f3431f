"""Other payloads in the place of events, on every engine."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from jarvis_ctx.graphs.subjects import beneath
from jarvis_ctx.journal import frame
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.contract.conftest import Store
from tests.contract.records import OTHER, WRITER, batch, event
from tests.contract.test_graphs import told


def digested(found: StoredEvent, text: str = "") -> StoredEvent:
    payload = text or found.payload
    digest = frame.digester(found.writer)(found.number, payload.encode()).hex()
    return StoredEvent(found.writer, found.number, digest, payload)


def test_every_event_that_is_as_it_was_written_can_be_given_another_payload(store: Store) -> None:
    rows = [digested(event(number, note="secret")) for number in range(1, 1203)]
    rotten = StoredEvent(WRITER, 1203, "ab" * 16, event(1203, note="secret").payload)
    store.events.write(batch([*rows, rotten]))

    changed = store.upkeep.rewrite(lambda writer, payload: payload.replace(b"secret", b"sealed"))
    again = store.upkeep.rewrite(lambda writer, payload: payload.replace(b"secret", b"sealed"))
    store.upkeep.compact()

    expected = [digested(row, row.payload.replace("secret", "sealed")) for row in rows]
    assert (changed, again) == (1202, 0)
    assert list(store.events.events("jarvis", {})) == [*expected, rotten]


def test_what_is_derived_from_an_event_follows_it_and_the_file_forgets_what_was_there(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    said = event(1, kind="DecisionLogged", decision_type="route", decision="secret", outcome="", more="secret")
    store.events.write(batch([digested(said)]))

    store.upkeep.rewrite(lambda writer, payload: payload.replace(b"secret", b"sealed"))
    store.upkeep.compact()
    store.close()

    with closing(sqlite3.connect(tmp_path / "store.db")) as database:
        assert database.execute("SELECT decision, extra FROM decision_log").fetchall() == [
            ("sealed", '{"more":"sealed"}')
        ]
    assert [path for path in tmp_path.iterdir() if b"secret" in path.read_bytes()] == []


def test_a_payload_that_was_put_in_place_leaves_nothing_of_the_former_one_in_the_file(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    store.events.write(batch([digested(event(number, note="secret " * 900)) for number in range(1, 9)]))

    store.upkeep.put([digested(event(number, kind="EventFreed")) for number in range(1, 9)])
    store.close()

    assert [path for path in tmp_path.iterdir() if b"secret" in path.read_bytes()] == []


def test_some_events_are_given_other_payloads_and_one_that_is_not_here_is_passed_over(store: Store) -> None:
    store.events.write(batch([digested(told(1, "a", "", "1")), digested(told(2, "a", "", "2")), digested(event(3))]))
    freed = digested(event(1, kind="EventFreed"))

    store.upkeep.put([freed, digested(event(9)), StoredEvent(OTHER, 1, "", "")])

    assert next(iter(store.events.events("jarvis", {}))) == freed
    assert [place.number for place in store.graphs.scan("jarvis", *beneath("a"), 9)] == [2]
