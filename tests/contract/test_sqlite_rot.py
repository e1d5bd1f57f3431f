"""Rot in the database file: what is read is what was written, or says that it is not."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.errors import NewerSchema, StoreDamaged, StoreUnavailable
from jarvis_ctx.journal import frame
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.storage.sqlite.soundness import fault
from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.contract.records import WRITER, batch, event, events, lease, run, snapshot, task

QUESTIONS: list[Callable[[SqliteStore], Any]] = [
    lambda store: store.events.epochs(),
    lambda store: store.checkpoints.headers("jarvis"),
    lambda store: store.checkpoints.get("a"),
    lambda store: store.leases.all("jarvis"),
    lambda store: store.queries.orchestrators(),
    lambda store: store.queries.entries("jarvis", "TaskProgressed", 5),
    lambda store: store.queries.facts(),
]


def _signed(number: int) -> StoredEvent:
    row = event(number, text="ä" * 20)
    return StoredEvent(WRITER, number, frame.digester(WRITER)(number, row.payload.encode()).hex(), row.payload)


def _verifies(row: StoredEvent) -> bool:
    return frame.digester(row.writer)(row.number, row.payload.encode()).hex() == row.digest


@pytest.fixture
def written(database: Path) -> list[StoredEvent]:
    """A closed store of a few pages of each kind."""
    rows = [_signed(number) for number in range(1, 121)]
    store = SqliteStore(database)
    store.events.write(batch(rows, tasks=[task(f"t-{n}") for n in range(20)], runs=[run("run-1")]))
    store.checkpoints.put(snapshot("a"))
    store.leases.put("jarvis", [lease("parser", 5, load=1)])
    store.close()
    return rows


@pytest.mark.parametrize("seed", range(8))
def test_no_flipped_bit_becomes_a_wrong_event_or_an_error_nobody_expects(
    database: Path, written: list[StoredEvent], seed: int
) -> None:
    chance, sound = random.Random(seed), database.read_bytes()
    known = {row.number: row for row in written}

    for _ in range(25):
        _flip(database, sound, chance)
        found = _read_all(database)

        assert all(row == known[row.number] for row in found if _verifies(row))


def _flip(database: Path, sound: bytes, chance: random.Random) -> None:
    rotten = bytearray(sound)
    rotten[chance.randrange(len(rotten))] ^= 1 << chance.randrange(8)
    database.write_bytes(rotten)


def _read_all(database: Path) -> list[StoredEvent]:
    try:
        store = SqliteStore(database)
    except (StoreUnavailable, NewerSchema):
        return []
    found: list[StoredEvent] = []
    for question in (lambda store: found.extend(store.events.events("jarvis", {})), *QUESTIONS):
        try:
            question(store)
        except StoreUnavailable:
            continue
    store.close()
    return found


def test_a_payload_that_is_no_text_any_more_comes_with_a_digest_that_does_not_fit(
    database: Path, written: list[StoredEvent]
) -> None:
    _replace(database, written[6].payload.encode(), b"\xff" * len(written[6].payload.encode()))
    store = SqliteStore(database)

    found = list(store.events.events("jarvis", {}))

    assert [row.number for row in found if not _verifies(row)] == [7]
    assert [row for row in found if _verifies(row)] == written[:6] + written[7:]
    store.close()


def test_a_rotten_payload_can_be_taken_out_and_written_again(database: Path, written: list[StoredEvent]) -> None:
    _replace(database, written[6].payload.encode(), b"\x01" * len(written[6].payload.encode()))
    store = SqliteStore(database)

    store.events.remove(WRITER, [7])
    after = store.events.watermarks()
    store.events.write(batch([written[6]]))

    assert after == {WRITER: 6}
    assert list(store.events.events("jarvis", {})) == written
    assert store.events.watermarks() == {WRITER: 120}
    store.close()


def test_a_rotten_checkpoint_header_stays_in_the_list_with_a_hash_that_nothing_fits(
    database: Path, written: list[StoredEvent]
) -> None:
    _replace(database, f'{{"{WRITER}":7}}'.encode(), b"x" * 22)
    store = SqliteStore(database)
    store.checkpoints.put(snapshot("b"))

    headers = {header.id: header for header in store.checkpoints.headers("jarvis")}

    assert headers["b"] == snapshot("b").header
    assert (headers["a"].hash, headers["a"].position) == ("", {})
    store.close()


def test_a_rotten_lease_is_left_to_the_agents_next_beat(database: Path, written: list[StoredEvent]) -> None:
    _replace(database, b'{"load":1}', b'{"load"\xff1}')
    store = SqliteStore(database)
    before = store.leases.all("jarvis")

    store.leases.put("jarvis", [lease("parser", 6)])

    assert (before, store.leases.all("jarvis")) == ([], [lease("parser", 6)])
    store.close()


@pytest.mark.parametrize("rot", [b"\xff\xfe\xfd", b"xyz"])
def test_rot_in_the_schema_is_reported_as_damage(database: Path, written: list[StoredEvent], rot: bytes) -> None:
    _replace(database, b"CREATE TABLE events (", b"CREATE TABLE " + rot + b"nts (")

    with pytest.raises(StoreDamaged):
        SqliteStore(database)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (b"    reasoning TEXT", b"    reasoninf TEXT", "has no column named reasoning"),
        (b"decision_log", b"decision_lof", "no such table: decision_log"),
    ],
)
def test_a_bit_in_a_name_of_the_schema_is_damage_once_that_is_used(
    database: Path, written: list[StoredEvent], before: bytes, after: bytes, said: str
) -> None:
    _replace(database, before, after)
    store = SqliteStore(database)

    with pytest.raises(StoreDamaged, match=said):
        store.events.write(batch([event(121, kind="DecisionLogged", decision="left")]))

    assert said in store.healing.ailment()
    store.close()


def test_a_bit_in_the_schema_that_no_statement_minds_is_found_by_a_look_at_all_of_it(
    database: Path, written: list[StoredEvent]
) -> None:
    _replace(database, b"    watermark INTEGER NOT NULL DEFAULT 0", b"    watermark INTEGER NOT NULL DEFAULT 1")
    store = SqliteStore(database)

    told = store.queries.faults()

    assert (fault(database), told) == (
        "its schema is not as it was made",
        ["The schema of the database is not as it was made."],
    )
    store.close()


def test_an_index_and_a_view_of_somebody_s_own_are_no_damage(sqlite_store: SqliteStore, database: Path) -> None:
    with sqlite_store._database.transaction() as connection:
        connection.execute("CREATE INDEX own ON events (digest)")
        connection.execute("CREATE VIEW kinds AS SELECT DISTINCT kind FROM events")

    assert (fault(database), sqlite_store.queries.faults()) == ("", [])


def test_a_statement_of_ours_that_is_wrong_is_no_damage(sqlite_store: SqliteStore) -> None:
    with pytest.raises(StoreUnavailable, match="no such column: elsewhere") as refused:
        sqlite_store._database.read("SELECT elsewhere FROM events")

    assert not isinstance(refused.value, StoreDamaged)
    assert sqlite_store.healing.ailment() == ""


def test_a_watermark_above_the_last_event_is_not_believed(sqlite_store: SqliteStore) -> None:
    sqlite_store.events.write(batch(events(1, 5)))
    with sqlite_store._database.transaction() as connection:
        connection.execute("UPDATE writers SET watermark = 4101")

    found = sqlite_store.events.watermarks()

    assert found == {WRITER: 5}


def test_a_writer_that_is_not_there_any_more_is_damage_and_loses_nothing_unsaid(sqlite_store: SqliteStore) -> None:
    sqlite_store.events.write(batch(events(1, 5)))
    with sqlite_store._database.transaction() as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM writers")

    with pytest.raises(StoreDamaged, match="a writer is not there any more"):
        sqlite_store.events.write(batch(events(6, 7)))


def _replace(database: Path, before: bytes, after: bytes) -> None:
    content = database.read_bytes()
    assert content.count(before) >= 1
    database.write_bytes(content.replace(before, after))
