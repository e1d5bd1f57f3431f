"""The pen's promises: durable when it returns, contiguous whatever interrupts it, refused when overtaken or closed."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jarvis_ctx.errors import Closed, CorruptData, Fenced, JournalUnavailable, TooLarge, UnstorableValue
from jarvis_ctx.journal import fold
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.marks import claim_epoch
from jarvis_ctx.journal.segment import Segment
from jarvis_ctx.journal.values import Values
from jarvis_ctx.model.event import Event
from tests.fakes import FakeClock
from tests.unit.journal.build import NAME, Store, numbers, writer_id

pwrite = os.pwrite


class CallingClock(FakeClock):
    """Does something of its own, once, in the middle of an append."""

    def __init__(self, action: Any) -> None:
        super().__init__()
        self._action = action

    def wall(self) -> int:
        action, self._action = self._action, lambda: None
        action()
        return super().wall()


def test_an_appended_event_is_in_the_segment_when_append_returns(store: Store, journal: Journal) -> None:
    number = journal.append("TaskProgressed", "t", {"percentage": 40})

    [segment] = store.segments()
    found = store.gather().events

    assert (number, segment.last) == (1, 1)
    assert [(e.kind, e.subject, e.body) for e in found] == [("TaskProgressed", "t", {"percentage": 40})]


def test_an_appended_event_is_folded_into_the_live_state(journal: Journal) -> None:
    journal.append("TaskProgressed", "t", {"percentage": 40})

    state = journal.writer.state

    assert state.tasks["t"].percentage == 40
    assert state.position == {journal.writer.writer: 1}


def test_the_live_state_equals_what_the_segments_fold_to(store: Store, journal: Journal) -> None:
    for n in range(200):
        journal.append("TaskProgressed", f"t{n % 7}", {"percentage": n % 100, "note": {"n": n}})
        journal.append("DecisionLogged", "route", {"decision_type": "route", "decision": n})
        journal.append("GraphThreadDropped", f"t{n}", {})

    rebuilt = fold.fold(fold.empty(NAME, 100), store.gather().events)

    assert rebuilt == journal.writer.picture()


def test_a_body_changed_after_the_append_changes_nothing_kept(journal: Journal) -> None:
    body: dict[str, Any] = {"plan": ["a"]}
    journal.append("TaskProgressed", "t", body)

    body["plan"].append("b")

    assert journal.writer.state.tasks["t"].metadata == {"plan": ["a"]}


def test_numbers_of_concurrent_callers_are_contiguous_and_each_once(store: Store, journal: Journal) -> None:
    def call(caller: int) -> None:
        for n in range(50):
            journal.append("TaskProgressed", f"{caller}-{n}", {})

    threads = [threading.Thread(target=call, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert numbers(store.gather().events) == list(range(1, 201))


def test_hybrid_times_rise_under_a_clock_that_goes_backwards(store: Store, journal: Journal) -> None:
    for _ in range(5):
        journal.append("TaskProgressed", "t", {})
        store.clock.advance(-3600)

    times = [event.time for event in sorted(store.gather().events, key=lambda e: e.number)]

    assert times == sorted(set(times))


def test_the_hybrid_time_begins_after_everything_the_state_knows(store: Store) -> None:
    state = fold.empty(NAME, 100)
    state.stamp = (store.clock.wall() + 5_000_000, writer_id(1), 9)
    with store.journal(2, state=state) as journal:
        journal.append("TaskProgressed", "t", {})

        assert journal.writer.state.tasks["t"].updated[0] == store.clock.wall() + 5_000_001


def test_other_writers_events_move_the_hybrid_time_on(store: Store, journal: Journal) -> None:
    ahead = store.clock.wall() + 10_000_000
    journal.writer.fold_in([Event(writer_id(1, 2), 1, ahead, journal.writer.run, "AttributeSet", "a", {"value": 1})])

    journal.append("AttributeSet", "a", {"value": 2})

    assert journal.writer.state.attributes["a"].updated[0] == ahead + 1
    assert journal.writer.state.late == {}


def test_an_event_that_is_folded_late_takes_the_states_time_no_step_back(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fold, "pass_by", _raise_interrupt)
    with pytest.raises(KeyboardInterrupt):
        journal.append("GraphThreadDropped", "t", {})
    monkeypatch.undo()
    ahead = store.clock.wall() + 10_000_000
    journal.writer.fold_in([Event(writer_id(1, 2), 1, ahead, journal.writer.run, "AttributeSet", "a", {"value": 1})])

    journal.append("AttributeSet", "a", {"value": 2})

    assert journal.writer.state.attributes["a"].value == 2
    assert journal.writer.state.stamp[0] == ahead + 1
    assert journal.writer.state.late == {}


@pytest.mark.parametrize("moment", ["clock", "append", "fold"])
def test_an_interrupt_anywhere_leaves_numbers_contiguous_and_the_state_true(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    journal.append("DecisionLogged", "a", {"decision_type": "a"})
    owner, name = {
        "clock": (store.clock, "wall"),
        "append": (journal.writer.segment, "append"),
        "fold": (fold, "apply"),
    }[moment]
    monkeypatch.setattr(owner, name, _raise_interrupt)
    with pytest.raises(KeyboardInterrupt):
        journal.append("DecisionLogged", "b", {"decision_type": "b"})
    monkeypatch.undo()

    journal.append("DecisionLogged", "c", {"decision_type": "c"})

    assert numbers(store.gather().events) == list(range(1, 1 + journal.writer.number))
    assert fold.fold(fold.empty(NAME, 100), store.gather().events) == journal.writer.picture()


def test_an_event_that_was_interrupted_within_its_fold_is_folded_once(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def apply_and_interrupt(*arguments: Any) -> None:
        apply(*arguments)
        raise KeyboardInterrupt

    apply = fold.apply
    monkeypatch.setattr(fold, "apply", apply_and_interrupt)
    with pytest.raises(KeyboardInterrupt):
        journal.append("DecisionLogged", "a", {"decision_type": "a"})
    monkeypatch.undo()

    journal.append("DecisionLogged", "b", {"decision_type": "b"})

    assert [decision.subject for decision in journal.writer.state.decisions] == ["a", "b"]


def test_an_append_that_reenters_an_append_is_written_after_it(store: Store) -> None:
    clock = CallingClock(lambda: journal.append("TaskProgressed", "inner", {}))
    with store.journal(clock=clock) as journal:
        journal.append("TaskProgressed", "outer", {})

        assert [(e.number, e.subject) for e in store.gather().events] == [(1, "outer"), (2, "inner")]


class CallingDict(dict[str, Any]):
    """Does something of its own, once, in the middle of a copy."""

    action: Any

    def copy(self) -> dict[str, Any]:
        self.action()
        return dict(self)


def test_an_append_that_reenters_a_picture_is_written_after_it(store: Store, journal: Journal) -> None:
    journal.writer.state.runs = CallingDict()
    journal.writer.state.runs.action = lambda: journal.append("TaskProgressed", "inner", {})

    picture = journal.writer.picture()

    assert (picture.position, picture.tasks) == ({}, {})
    assert numbers(store.gather().events) == [1]


def test_an_append_that_reenters_the_last_event_is_kept(store: Store) -> None:
    clock = CallingClock(lambda: journal.append("TaskProgressed", "inner", {}))
    with store.journal(clock=clock) as journal:
        journal.finish({"ending": "closed"})

        assert [e.subject for e in store.gather().events] == [journal.writer.run, "inner"]
        with pytest.raises(Closed):
            journal.append("TaskProgressed", "late", {})


def test_nothing_is_written_when_a_value_cannot_be_stored(store: Store, journal: Journal) -> None:
    with pytest.raises(UnstorableValue):
        journal.append("TaskProgressed", "t", {"handle": object()})

    assert store.gather().events == []
    assert journal.append("TaskProgressed", "t", {}) == 1


def test_a_body_over_the_inline_limit_comes_back_from_its_side_file(store: Store, journal: Journal) -> None:
    text = "x" * 100_000
    journal.append("AttributeSet", "a", {"value": text})

    [event] = store.gather().events

    assert event.body == {"value": text}
    assert journal.writer.state.attributes["a"].value == text
    assert len(list((store.folder / "values").iterdir())) == 1


def test_a_body_that_looks_like_a_side_files_name_is_taken_as_it_is(store: Store, journal: Journal) -> None:
    body = {"$value": "0" * 64, "bytes": 7, "status": "odd"}
    journal.append("AgentUpdated", "a", body)

    journal.append("AgentUpdated", "a", {"status": "fine"})

    assert numbers(store.gather().events) == [1, 2]
    assert store.gather().damaged == []


def test_a_full_segment_is_followed_by_the_next_and_nothing_is_lost(store: Store, journal: Journal) -> None:
    for n in range(300):
        journal.append("TaskProgressed", f"t{n}", {"note": "x" * 100})

    segments = store.segments()

    assert len(segments) > 2
    assert [segment.opening.first for segment in segments if segment.opening] == [
        segment.frames[0].number for segment in segments
    ]
    assert numbers(store.gather().events) == list(range(1, 301))


@pytest.mark.parametrize("mapped", [True, False])
def test_the_longest_name_fits_into_the_smallest_segment(store: Store, mapped: bool) -> None:
    with store.journal(segment_bytes=4096, mapped=mapped) as journal:
        with pytest.raises(TooLarge):
            journal.append("TaskProgressed", "\x01" * 512, {"note": "x" * 900})

        assert journal.append("TaskProgressed", "t", {}) == 1
        assert numbers(store.gather().events) == [1]


def test_a_body_over_max_value_bytes_is_refused_and_nothing_is_written(store: Store) -> None:
    with store.journal(value_bytes=100_000) as journal:
        journal.append("AttributeSet", "large", {"value": "x" * 90_000})

        with pytest.raises(TooLarge):
            journal.append("AttributeSet", "larger", {"value": "x" * 100_001})

        assert journal.writer.number == 1
        assert list(journal.writer.state.attributes) == ["large"]


def test_a_disk_without_room_for_a_segment_is_a_typed_error_and_stores_nothing(store: Store, journal: Journal) -> None:
    journal._supply.size = 1 << 62
    while journal.writer.segment.fits(2000):
        journal.append("TaskProgressed", "t", {"note": "x" * 100})

    with pytest.raises(JournalUnavailable):
        journal.append("TaskProgressed", "t", {"note": "x" * 2000})

    assert numbers(store.gather().events) == list(range(1, 1 + journal.writer.number))


@pytest.mark.parametrize("size", range(40, 60))
def test_the_end_of_a_run_always_finds_room_when_there_is_no_other_segment(
    store: Store, journal: Journal, size: int
) -> None:
    journal._supply.size = 1 << 62
    with pytest.raises(JournalUnavailable):
        all(journal.append("TaskProgressed", "t", {"note": "x" * size}) for _ in range(1000))

    journal.finish({"ending": "closed"})
    journal.writer.segment.seal()

    [segment] = store.segments()
    assert store.gather().events[-1].kind == "RunEnded"
    assert (segment.holes, segment.seal is not None) == ([], True)


def test_tries_to_make_a_segment_that_fail_take_no_names(store: Store, journal: Journal) -> None:
    size, journal._supply.size = journal._supply.size, 1 << 62
    for _ in range(3):
        with pytest.raises(OSError, match=r"space|large|argument"):
            journal._supply.prepare()
    journal._supply.size = size

    journal._supply.prepare()

    assert sorted(path.name[-10:] for path in store.folder.glob("*.seg")) == ["000001.seg", "000002.seg"]
    journal._supply.close()


def test_a_write_that_came_short_is_a_typed_error_and_stores_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.journal(mapped=False) as journal:
        monkeypatch.setattr(os, "pwrite", lambda descriptor, data, offset: pwrite(descriptor, data[:20], offset))
        with pytest.raises(JournalUnavailable):
            journal.append("TaskProgressed", "t", {})
        monkeypatch.undo()

        assert store.gather().events == []
        assert journal.append("TaskProgressed", "t", {}) == 1


def test_an_overtaken_pen_is_refused_before_it_acknowledges(store: Store, journal: Journal) -> None:
    journal.append("TaskProgressed", "t", {})
    claim_epoch(journal.marks, NAME, 2)

    with pytest.raises(Fenced) as caught:
        journal.append("TaskProgressed", "t", {})
    with pytest.raises(Fenced):
        journal.append("TaskProgressed", "t", {})

    assert (caught.value.facts["epoch"], caught.value.facts["newer"]) == (1, 2)
    assert journal.writer.number == 2


def test_a_closed_pen_refuses_and_its_last_event_is_the_runs_end(store: Store, journal: Journal) -> None:
    journal.append("TaskProgressed", "t", {})
    journal.finish({"ending": "closed"})

    with pytest.raises(Closed):
        journal.append("TaskProgressed", "t", {})

    assert [e.kind for e in store.gather().events] == ["TaskProgressed", "RunEnded"]


def test_the_marks_know_the_last_number_at_once(journal: Journal) -> None:
    journal.append("TaskProgressed", "t", {})
    journal.append("TaskProgressed", "t", {})

    [mark] = journal.marks.writers()

    assert (mark.writer, mark.orchestrator, mark.epoch, mark.appended) == (journal.writer.writer, NAME, 1, 2)


def test_a_prepared_segment_is_taken_and_one_not_needed_is_removed(store: Store, journal: Journal) -> None:
    journal._supply.prepare()
    ready = {path.name for path in store.folder.glob("*.seg")}

    while len(journal.writer.segments) == 1:
        journal.append("TaskProgressed", "t", {"note": "x" * 1000})
    journal._supply.prepare()
    journal._supply.close()

    assert {path.name for path in store.folder.glob("*.seg")} == ready


def test_a_segment_is_private_whatever_the_umask(store: Store, journal: Journal, tmp_path: Path) -> None:
    [segment] = store.folder.glob("*.seg")

    assert segment.stat().st_mode & 0o777 == 0o600
    assert msgspec.json.encode(store.segments()[0].opening).startswith(b'{"format":1')


def _raise_interrupt(*arguments: Any) -> Any:
    raise KeyboardInterrupt


def test_a_large_body_is_folded_from_what_the_caller_gave_not_from_its_side_file(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(self: object, reference: dict[str, Any]) -> None:
        raise CorruptData(what="a side file", reason="it cannot be read")

    monkeypatch.setattr(Values, "get", unreadable)

    journal.append("AttributeSet", "big", {"value": "x" * 20_000})

    assert journal.writer.state.attributes["big"].value == "x" * 20_000
    assert journal.append("AttributeSet", "small", {"value": 1}) == 2


def test_an_interrupted_event_whose_side_file_is_damaged_keeps_nobody_from_writing(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(fold, "apply", interrupt)
        with pytest.raises(KeyboardInterrupt):
            journal.append("AttributeSet", "big", {"value": "x" * 20_000})
    for path in (store.folder / "values").iterdir():
        path.write_bytes(b"damaged")

    assert journal.append("AttributeSet", "small", {"value": 1}) == 2
    assert len(journal.writer.unreadable) == 1


def test_a_segment_whose_first_frame_finds_no_room_is_a_typed_error(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with store.journal() as journal:
        monkeypatch.setattr(Segment, "open", full)

        with pytest.raises(JournalUnavailable, match="No space left"):
            journal.writer._open_segment()
        journal.writer.supply.close()
