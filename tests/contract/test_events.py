"""The `EventStore` port, on every engine."""

from __future__ import annotations

import json
import threading

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jarvis_ctx.journal.ports import StoredEvent
from tests.contract.conftest import Store
from tests.contract.records import OTHER, WRITER, batch, event, events, opening

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
)


def test_what_was_written_comes_back_in_order(store: Store) -> None:
    rows = events(1, 1203)

    store.events.write(batch(rows[:700]))
    store.events.write(batch(rows[700:]))

    assert list(store.events.events("jarvis", {})) == rows


def test_a_batch_written_twice_is_there_once_and_the_first_stays(store: Store) -> None:
    rows = events(1, 3)
    store.events.write(batch(rows))

    store.events.write(batch([event(2, note="another")]))
    store.events.write(batch(rows))

    assert list(store.events.events("jarvis", {})) == rows


def test_of_a_batch_of_any_size_only_what_is_not_there_yet_is_added(store: Store) -> None:
    rows = events(1, 2_307)
    store.events.write(batch([*rows[:3], *rows[1_020:1_030], *rows[2_300:2_304]]))

    store.events.write(batch(rows))

    assert list(store.events.events("jarvis", {})) == rows
    assert store.events.watermarks() == {WRITER: 2_307}


def test_an_empty_batch_changes_nothing(store: Store) -> None:
    store.events.write(batch([], opening()))

    store.events.write(batch([], opening()))

    assert store.events.watermarks() == {WRITER: 0}


def test_the_watermark_waits_below_a_gap_and_moves_on_once_it_is_filled(store: Store) -> None:
    store.events.write(batch([*events(1, 2), *events(4, 9)]))
    before = store.events.watermarks()

    store.events.write(batch([event(3)]))

    assert before == {WRITER: 2}
    assert store.events.watermarks() == {WRITER: 9}


def test_the_watermark_stays_at_nought_until_the_first_event_is_here(store: Store) -> None:
    store.events.write(batch(events(2, 5)))
    before = store.events.watermarks()

    store.events.write(batch([event(1)]))

    assert before == {WRITER: 0}
    assert store.events.watermarks() == {WRITER: 5}


def test_each_writer_has_its_own_numbers_and_watermark(store: Store) -> None:
    rows = [*events(1, 2), *events(1, 4, OTHER)]

    store.events.write(batch(rows, opening(), opening(OTHER)))

    assert store.events.watermarks() == {WRITER: 2, OTHER: 4}
    assert list(store.events.events("jarvis", {})) == rows


def test_events_beyond_a_position_leave_out_what_was_read_before(store: Store) -> None:
    store.events.write(batch([*events(1, 4), *events(1, 4, OTHER)], opening(), opening(OTHER)))

    found = list(store.events.events("jarvis", {WRITER: 3, OTHER: 9, "nobody": 1}))

    assert found == [event(4)]


def test_an_orchestrator_sees_only_its_own_writers(store: Store) -> None:
    store.events.write(batch([event(1)]))
    store.events.write(batch([event(1, OTHER)], opening(OTHER, orchestrator="reviewer", epoch=7)))

    found = list(store.events.events("reviewer", {}))

    assert found == [event(1, OTHER)]
    assert store.events.epochs() == {"jarvis": 1, "reviewer": 7}
    assert list(store.events.events("nobody", {})) == []


def test_the_greatest_epoch_of_an_orchestrators_writers_counts(store: Store) -> None:
    openings = (opening(epoch=5), opening(OTHER, epoch=4))

    store.events.write(batch([], *openings))

    assert store.events.epochs() == {"jarvis": 5}


def test_rows_of_a_writer_without_an_opening_are_kept_and_claimed_by_the_opening_that_comes_later(store: Store) -> None:
    lonely = batch([event(1)], opening(OTHER))
    store.events.write(lonely)
    before = list(store.events.events("jarvis", {}))

    store.events.write(batch([event(2)], opening(orchestrator="reviewer", epoch=3)))

    assert before == [event(1)]
    assert list(store.events.events("reviewer", {})) == [event(1), event(2)]
    assert store.events.epochs()["reviewer"] == 3


def test_a_second_opening_of_a_known_writer_changes_nothing(store: Store) -> None:
    store.events.write(batch([event(1)], opening(epoch=2)))

    store.events.write(batch([event(2)], opening(orchestrator="reviewer", epoch=9)))

    assert store.events.epochs() == {"jarvis": 2}


def test_removed_events_are_gone_and_the_watermark_falls_below_them(store: Store) -> None:
    store.events.write(batch(events(1, 6)))

    store.events.remove(WRITER, iter([4, 5, 99]))

    assert [row.number for row in store.events.events("jarvis", {})] == [1, 2, 3, 6]
    assert store.events.watermarks() == {WRITER: 3}


def test_a_removed_event_can_be_written_again(store: Store) -> None:
    store.events.write(batch(events(1, 6)))
    store.events.remove(WRITER, [4])

    store.events.write(batch([event(4, note="mended")]))

    assert store.events.watermarks() == {WRITER: 6}
    assert next(iter(store.events.events("jarvis", {WRITER: 3}))) == event(4, note="mended")


def test_removing_nothing_or_from_an_unknown_writer_is_no_error(store: Store) -> None:
    store.events.write(batch(events(1, 2)))

    store.events.remove(WRITER, [])
    store.events.remove("nobody", [1, 2])

    assert store.events.watermarks() == {WRITER: 2}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(TEXT, JSON, max_size=4), run=TEXT, subject=TEXT, kind=TEXT, ascii=st.booleans())
def test_any_payload_comes_back_character_for_character(
    store: Store, body: dict[str, object], run: str, subject: str, kind: str, ascii: bool
) -> None:
    number = sum(1 for _ in store.events.events("jarvis", {})) + 1
    payload = json.dumps([number, 5, run, kind, subject, body], ensure_ascii=ascii)
    row = StoredEvent(WRITER, number, f"{number:032x}", payload)

    store.events.write(batch([row]))

    assert list(store.events.events("jarvis", {WRITER: number - 1})) == [row]


def test_huge_integers_escaped_nuls_and_odd_spacing_survive(store: Store) -> None:
    payload = ' [ 1,5 ,"r","DecisionLogged","s",{"n":' + "9" * 4000 + r',"z":"a\u0000b\ud83d\ude00","f":1.0e400}]'
    row = StoredEvent(WRITER, 1, "0" * 32, payload)

    store.events.write(batch([row]))

    assert list(store.events.events("jarvis", {})) == [row]


def test_a_payload_nested_deeper_than_any_json_reader_goes_is_kept(store: Store) -> None:
    row = StoredEvent(WRITER, 1, "0" * 32, '[1,5,"r","DecisionLogged","s",{"d":' + "[" * 5000 + "]" * 5000 + "}]")

    store.events.write(batch([row]))

    assert list(store.events.events("jarvis", {})) == [row]


def test_a_long_event_does_not_disturb_its_neighbours(store: Store) -> None:
    rows = [event(1), event(2, text="ü" * 900_000), event(3)]

    store.events.write(batch(rows))

    assert list(store.events.events("jarvis", {})) == rows


def test_eight_threads_with_a_writer_each_lose_nothing(store: Store) -> None:
    writers = [f"{index:016x}" for index in range(8)]

    def work(writer: str) -> None:
        for first in range(1, 200, 20):
            store.events.write(batch(events(first, first + 19, writer), opening(writer)))
            store.events.watermarks()

    _in_threads(work, writers)

    assert store.events.watermarks() == dict.fromkeys(writers, 200)
    assert sum(1 for _ in store.events.events("jarvis", {})) == 1600


def test_eight_threads_on_one_writer_write_each_event_once(store: Store) -> None:
    rows = events(1, 160)

    def work(part: str) -> None:
        for first in range(int(part) % 4, 160, 4):
            store.events.write(batch(rows[first : first + 20]))

    _in_threads(work, [str(part) for part in range(8)])

    assert list(store.events.events("jarvis", {})) == rows
    assert store.events.watermarks() == {WRITER: 160}


def test_a_reader_goes_on_while_events_are_written(store: Store) -> None:
    store.events.write(batch(events(1, 1000)))

    found = []
    for row in store.events.events("jarvis", {}):
        found.append(row)
        if row.number == 10:
            store.events.write(batch(events(1001, 1500)))

    assert found[:1000] == events(1, 1000)


def test_sync_can_be_called_at_any_time(store: Store) -> None:
    store.events.sync()
    store.events.write(batch(events(1, 2)))

    store.events.sync()
    store.events.sync()

    assert store.events.watermarks() == {WRITER: 2}


def _in_threads(work: object, arguments: list[str]) -> None:
    threads = [threading.Thread(target=work, args=(argument,)) for argument in arguments]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
