"""What is gone is named, whether or not a state still has what it added up to."""

from __future__ import annotations

from pathlib import Path

from jarvis_ctx.journal import archive, read
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.storage.memory.store import MemoryStore
from tests.unit.journal.build import Store, writer_id

WRITER = writer_id(1)


def say(journal: Journal, times: int) -> None:
    for n in range(times):
        journal.append("TaskProgressed", f"t{n}", {})


def lose_segments(store: Store) -> list[Path]:
    paths = [segment.path for segment in store.segments()]
    for path in paths:
        path.unlink()
    return paths


def test_events_that_only_a_checkpoint_covers_are_named_with_those_after_it(store: Store, journal: Journal) -> None:
    say(journal, 3)
    journal.flush()
    say(journal, 5)
    lose_segments(store)

    gathered = store.gather({WRITER: 6}, database=True)

    assert gathered.lost == {WRITER: [(4, 8)]}


def test_events_that_the_store_has_no_more_are_named_though_the_marks_say_it_had_them(
    store: Store, journal: Journal
) -> None:
    say(journal, 5)
    journal.flush()
    lose_segments(store)
    store.database = MemoryStore()

    gathered = store.gather({WRITER: 5}, database=True)

    assert gathered.lost == {WRITER: [(1, 5)]}


def test_nothing_is_named_that_segments_still_have(store: Store, journal: Journal) -> None:
    say(journal, 5)

    gathered = store.gather({WRITER: 4}, database=True)

    assert gathered.lost == {}


def test_nothing_is_named_that_the_archive_still_has(store: Store, journal: Journal) -> None:
    say(journal, 5)
    (segment,) = store.segments()
    archive.move_in(read.read_segment(segment.path), store.folder / "archive")

    gathered = store.gather({WRITER: 5}, database=True)

    assert gathered.lost == {}
