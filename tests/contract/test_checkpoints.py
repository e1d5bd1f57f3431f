"""The `CheckpointStore` port, on every engine."""

from __future__ import annotations

from msgspec.structs import replace

from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.contract.conftest import Store
from tests.contract.records import OTHER, START, WRITER, snapshot


def test_a_snapshot_comes_back_byte_for_byte(store: Store) -> None:
    kept = snapshot("a", state='{"text":"ü\\u0000 \u2028","n":123456789012345678901234567890}'.encode(), label="before")

    store.checkpoints.put(kept)

    assert store.checkpoints.get("a") == kept


def test_a_snapshot_of_megabytes_comes_back_whole(store: Store) -> None:
    kept = snapshot("a", state=b'"' + b"x" * 5_000_000 + b'"')

    store.checkpoints.put(kept)

    assert store.checkpoints.get("a") == kept


def test_headers_come_newest_epoch_and_time_first(store: Store) -> None:
    for id, epoch, taken in (("a", 1, 9), ("b", 2, 1), ("c", 2, 5), ("d", 1, 3)):
        store.checkpoints.put(snapshot(id, epoch=epoch, taken=taken))

    found = store.checkpoints.headers("jarvis")

    assert [header.id for header in found] == ["c", "b", "a", "d"]
    assert found[0] == snapshot("c", epoch=2, taken=5).header


def test_an_orchestrator_sees_only_its_own_snapshots(store: Store) -> None:
    store.checkpoints.put(snapshot("a"))
    store.checkpoints.put(snapshot("b", orchestrator="reviewer"))

    found = store.checkpoints.headers("reviewer")

    assert [header.id for header in found] == ["b"]
    assert store.checkpoints.headers("nobody") == []


def test_a_snapshot_put_again_is_replaced(store: Store) -> None:
    store.checkpoints.put(snapshot("a", state=b"1"))

    store.checkpoints.put(snapshot("a", taken=START + 1, state=b"2"))

    assert store.checkpoints.get("a") == snapshot("a", taken=START + 1, state=b"2")
    assert len(store.checkpoints.headers("jarvis")) == 1


def test_a_moved_snapshot_keeps_its_contents_and_takes_the_new_place(store: Store) -> None:
    kept = snapshot("a")
    store.checkpoints.put(kept)
    moved = replace(
        kept.header, epoch=2, taken=START + 9, position={OTHER: 3}, stamp=(START + 8, OTHER, 3), label="b", seal="s"
    )

    store.checkpoints.move(moved)

    assert store.checkpoints.get("a") == replace(kept, header=moved)
    assert store.checkpoints.headers("jarvis") == [moved]


def test_moving_a_snapshot_that_is_not_there_makes_none(store: Store) -> None:
    header = snapshot("a").header

    store.checkpoints.move(header)

    assert store.checkpoints.headers("jarvis") == []


def test_deleted_snapshots_are_gone_and_unknown_ids_are_ignored(store: Store) -> None:
    for id in "abc":
        store.checkpoints.put(snapshot(id))

    store.checkpoints.delete(["a", "c", "nobody"])
    store.checkpoints.delete([])

    assert [header.id for header in store.checkpoints.headers("jarvis")] == ["b"]
    assert store.checkpoints.get("a") is None


def test_a_position_may_hold_many_writers_and_great_numbers(store: Store) -> None:
    position = {f"{index:016x}": 2**53 + index for index in range(300)} | {WRITER: 1}
    kept = snapshot("a")

    store.checkpoints.put(replace(kept, header=replace(kept.header, position=position)))

    assert store.checkpoints.headers("jarvis")[0].position == position


def test_a_text_of_many_pieces_comes_back_character_for_character(store: Store) -> None:
    state = ('{"name":"jarvis","note":"' + "jarvis — ü 🧭 " * 250_000 + '"}').encode()

    for id in "ab":
        store.checkpoints.put(snapshot(id, state=state))
    store.checkpoints.put(snapshot("a", state=state[:4_300_001]))

    kept = {id: store.checkpoints.get(id) for id in "ab"}
    assert {id: found and found.state for id, found in kept.items()} == {"a": state[:4_300_001], "b": state}


def test_a_text_of_many_pieces_is_text_in_plain_sql(sqlite_store: SqliteStore) -> None:
    sqlite_store.checkpoints.put(snapshot("a", state=b'{"name":"' + b"x" * 5_000_000 + b'"}'))

    [row] = sqlite_store._database.read(
        "SELECT typeof(context_data), length(context_data ->> 'name') FROM context_snapshots"
    )

    assert row == ("text", 5_000_000)


def test_a_snapshot_that_builds_upon_another_comes_with_it(store: Store) -> None:
    base, upon = snapshot("r@1"), snapshot("r@1+2", taken=START + 1)
    store.checkpoints.put(base)
    store.checkpoints.put(upon)

    whole = store.checkpoints.get("r@1+2")
    store.checkpoints.delete(["r@1"])

    assert whole == replace(upon, base=base)
    assert store.checkpoints.get("r@1+2") == upon
