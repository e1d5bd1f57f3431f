"""A database lacks an event where nobody has taken it out, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jarvis_ctx.graphs.subjects import subject
from jarvis_ctx.journal import frame
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.model.cut import Cut
from jarvis_ctx.storage.sqlite.soundness import fault, is_sound
from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.contract.records import OTHER, START, WRITER, batch, event, events, opening
from tests.tampering import tamper

CUT = Cut(position={WRITER: 100}, horizon=START + 999, decisions_since=START + 50)

TOLD: list[dict[str, Any]] = [CUT.body(), {"$sealed": "AAAA"}, {"$value": "ab12", "bytes": 70_000}]
"""What a cleanup says: plainly, sealed, and in a side file."""


def history(told: dict[str, Any], *, cleaned: int = 101) -> list[StoredEvent]:
    """A writer's 150 events; the first hundred hold a decision of each age and two graphs' checkpoints."""
    kinds = {40: "DecisionLogged", 60: "DecisionLogged", 70: "GraphCheckpointPut", 80: "GraphCheckpointPut"}
    rows = {row.number: row for row in events(1, 150)} | {n: event(n, kind=kind) for n, kind in kinds.items()}
    rows[cleaned] = event(cleaned, kind="RetentionCut", **told)
    return list(rows.values())


def lose(store: SqliteStore, number: int, writer: str = WRITER) -> None:
    """As pages of an older time do."""
    with store._database.transaction() as connection:
        wanted = "writer_id = (SELECT id FROM writers WHERE writer = ?) AND number = ?"
        assert connection.execute(f"DELETE FROM events WHERE {wanted}", (writer, number)).rowcount == 1


@pytest.mark.parametrize("told", TOLD, ids=["plain", "sealed", "aside"])
def test_what_a_cleanup_took_is_not_missing(sqlite_store: SqliteStore, database: Path, told: dict[str, Any]) -> None:
    sqlite_store.events.write(batch(history(told)))

    gone = sqlite_store.events.cut("jarvis", CUT)
    sqlite_store.upkeep.put([event(70, kind="EventFreed")])

    assert gone == 97
    assert is_sound(database)


@pytest.mark.parametrize("told", TOLD, ids=["plain", "sealed", "aside"])
def test_a_new_database_that_was_filled_after_a_cleanup_is_sound(
    sqlite_store: SqliteStore, database: Path, told: dict[str, Any]
) -> None:
    sqlite_store.events.cut("jarvis", CUT)

    sqlite_store.events.write(batch(history(told)[100:]))

    assert sqlite_store.events.watermarks()[WRITER] == 150
    assert is_sound(database)


@pytest.mark.parametrize("told", TOLD, ids=["plain", "sealed", "aside"])
def test_an_event_that_is_missing_beyond_a_cleanup_is_found(
    sqlite_store: SqliteStore, database: Path, told: dict[str, Any]
) -> None:
    sqlite_store.events.write(batch(history(told, cleaned=110)))
    sqlite_store.events.cut("jarvis", CUT)

    lose(sqlite_store, 120)

    assert not is_sound(database)


@pytest.mark.parametrize("told", TOLD, ids=["plain", "sealed", "aside"])
def test_an_event_of_a_writer_that_no_cleanup_reached_is_missed(
    sqlite_store: SqliteStore, database: Path, told: dict[str, Any]
) -> None:
    sqlite_store.events.write(batch([*history(told), *events(1, 9, OTHER)], opening(), opening(OTHER)))
    sqlite_store.events.cut("jarvis", CUT)

    lose(sqlite_store, 5, OTHER)

    assert not is_sound(database)


def test_a_first_event_that_is_missing_without_any_cleanup_is_found(sqlite_store: SqliteStore, database: Path) -> None:
    sqlite_store.events.write(batch(events(1, 9)))

    lose(sqlite_store, 1)

    assert not is_sound(database)


def test_the_cleanup_of_one_orchestrator_excuses_nothing_of_another(sqlite_store: SqliteStore, database: Path) -> None:
    sqlite_store.events.write(batch(history(TOLD[1])))
    sqlite_store.events.write(batch(events(1, 9, OTHER), opening(OTHER, orchestrator="other")))

    lose(sqlite_store, 1, OTHER)

    assert not is_sound(database)


def filed(database: Path) -> None:
    """A closed database with events of a thread that are as they were written."""
    store = SqliteStore(database)
    store.events.write(batch([signed(number, "thread", "", f"{number:03}") for number in range(1, 10)]))
    store.close()


def signed(number: int, *about: str) -> StoredEvent:
    payload = msgspec.json.encode([number, START + number, "run-1", "GraphCheckpointPut", subject(*about), {}])
    return StoredEvent(WRITER, number, frame.digester(WRITER)(number, payload).hex(), payload.decode())


@pytest.mark.parametrize(
    "rot", ['subject = \'["threat","","009"]\'', "kind = 'GraphWritesPut'", "time = time - 64", "subject = NULL"]
)
def test_an_event_that_stands_under_what_it_is_not_is_found(database: Path, rot: str) -> None:
    filed(database)
    before = is_sound(database)

    assert tamper(database, f"UPDATE events SET {rot} WHERE number = 9") == 1

    assert (before, fault(database)) == (True, "events stand in it under what they are not")
    store = SqliteStore(database)
    assert [f"first number 9 of writer {WRITER}" in sentence for sentence in store.queries.faults()] == [True]
    store.close()


@pytest.mark.parametrize("place", [0, 1], ids=["first", "second"])
def test_a_bit_that_flips_in_a_table_or_in_its_index_is_found(database: Path, place: int) -> None:
    filed(database)
    held, about = bytearray(database.read_bytes()), subject("thread", "", "009").encode()

    places = [found.start() for found in re.finditer(re.escape(about), held)]
    held[places[place] + len(about) - 3] ^= 1
    database.write_bytes(held)

    assert len(places) == 2
    assert not is_sound(database)


def test_an_event_that_has_rotted_itself_is_left_to_its_digest(database: Path) -> None:
    filed(database)

    assert tamper(database, "UPDATE events SET payload = replace(payload, 'thread', 'threat') WHERE number = 9") == 1

    assert is_sound(database)


def owned(number: int, kind: str = "AgentSeen", run: str = "jarvis.1.a1b2c3", **body: Any) -> StoredEvent:
    """An event of a writer whose run says whose it is."""
    payload = msgspec.json.encode([number, START + number, run, kind, "", body])
    return StoredEvent(WRITER, number, frame.digester(WRITER)(number, payload).hex(), payload.decode())


def test_a_writer_that_stands_under_another_orchestrator_is_found(sqlite_store: SqliteStore, database: Path) -> None:
    sqlite_store.events.write(batch([owned(1), owned(2)]))
    before = fault(database), sqlite_store.queries.faults()

    assert tamper(database, "UPDATE writers SET orchestrator = 'jarvhs'") == 1
    assert tamper(database, "UPDATE events SET payload = replace(payload, 'a1b2', 'a1b3') WHERE number = 1") == 1

    assert before == ("", [])
    assert fault(database) == "writers stand in it under an orchestrator that is not theirs"
    assert [f"first writer {WRITER}" in sentence for sentence in sqlite_store.queries.faults()] == [True]


@pytest.mark.parametrize("run", ["", "other.1.a1b2c", "other.1.a1b2c3.4", "run-1"])
def test_a_writer_whose_events_do_not_say_whose_they_are_is_sound(
    sqlite_store: SqliteStore, database: Path, run: str
) -> None:
    sqlite_store.events.write(batch([owned(1, run=run)]))

    assert is_sound(database)


def test_a_writer_whose_events_have_rotted_is_not_judged_by_them(sqlite_store: SqliteStore, database: Path) -> None:
    sqlite_store.events.write(batch([owned(1)]))

    assert tamper(database, "UPDATE events SET payload = replace(payload, 'jarvis', 'jarvhs')") == 1

    assert is_sound(database)


def cleaned_up_to_ten(store: SqliteStore) -> None:
    told = owned(50, "RetentionCut", position={WRITER: 10})
    store.events.write(batch([*map(owned, range(1, 50)), told]))
    store.events.cut("jarvis", Cut(position={WRITER: 10}, horizon=START + 999))


def test_a_cleanup_that_has_rotted_raises_no_watermark_and_is_found(sqlite_store: SqliteStore, database: Path) -> None:
    cleaned_up_to_ten(sqlite_store)
    before = sqlite_store.events.watermarks(), fault(database)

    assert tamper(database, "UPDATE events SET payload = replace(payload, ':10', ':90') WHERE number = 50") == 1

    assert before == ({WRITER: 50}, "")
    assert sqlite_store.events.watermarks() == {WRITER: 50}
    assert not is_sound(database)
    assert [f"first number 50 of writer {WRITER}" in sentence for sentence in sqlite_store.queries.faults()] == [True]


def test_a_cleanup_that_has_rotted_excuses_no_gap(sqlite_store: SqliteStore, database: Path) -> None:
    cleaned_up_to_ten(sqlite_store)

    lose(sqlite_store, 20)
    assert tamper(database, "UPDATE events SET payload = replace(payload, ':10', ':30') WHERE number = 50") == 1

    assert fault(database) == "its pages do not fit together or lack events"
