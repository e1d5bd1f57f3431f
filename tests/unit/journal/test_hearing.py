"""What other processes of a run say is heard by each of them, to the end, and in the order it was said in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

import pytest

from jarvis_ctx.journal import archive, fold, read, skim
from jarvis_ctx.journal.hearing import Hearing
from jarvis_ctx.journal.journal import Journal
from tests.unit.journal.build import NAME, CutOff, Store, opening


@pytest.fixture
def hearing(store: Store, journal: Journal) -> Hearing:
    """The ear of a worker that has heard everything so far."""
    with store.pen(journal.marks, opening(1, 9)) as worker:
        worker.append("TaskProgressed", "own", {})
        ear = Hearing(store.folder, journal.marks, worker, beside_us=True)
        ear.take()
    return ear


def test_a_worker_that_goes_on_with_anothers_task_is_heard_after_that_one(store: Store) -> None:
    claim = {"method": "assign_task", "attempt": 1}
    with (
        store.journal() as journal,
        store.pen(journal.marks, opening(1, 2)) as second,
        store.pen(journal.marks, opening(1, 3)) as first,
    ):
        first.append("TaskClaimed", "t", {**claim, "key": "k1"})
        store.clock.advance(1)
        second.append("TaskClaimed", "t", {**claim, "key": "k2"})
        second.append("TaskFinished", "t", {"key": "k2", "result": 1})

        journal._listen()

    task = journal.writer.state.tasks["t"]
    assert (task.status, list(task.attempts), journal.writer.state.late) == ("completed", ["k1", "k2"], {})


def test_a_worker_that_ended_and_lost_its_marks_is_heard_to_the_end_by_the_others(
    store: Store, journal: Journal, hearing: Hearing
) -> None:
    with store.pen(journal.marks, opening(1, 2)) as dead:
        dead.append("TaskProgressed", "heard", {})
        hearing.take()
        dead.append("TaskProgressed", "missed", {})
    with store.pen(journal.marks, opening(1, 3)) as unknown:
        unknown.append("TaskProgressed", "never heard of", {})
    journal._try_to_drain()
    assert not {dead.writer, unknown.writer} & journal.marks.owners().keys()

    assert {event.subject for event in hearing.take()} == {"missed", "never heard of"}
    assert hearing.take() == []


def test_another_orchestrators_writer_that_lost_its_marks_is_not_listened_to(
    store: Store, journal: Journal, hearing: Hearing
) -> None:
    with store.journal(name="other") as other:
        other.append("TaskProgressed", "theirs", {})
    with store.pen(journal.marks, opening(1, 2)) as dead:
        dead.append("TaskProgressed", "ours", {})
    journal.marks.free(other.writer.writer)
    journal.marks.free(dead.writer)

    assert [event.subject for event in hearing.take()] == ["ours"]


@pytest.mark.parametrize("freed", [True, False])
def test_what_was_archived_before_a_worker_listened_is_heard(
    store: Store, journal: Journal, hearing: Hearing, freed: bool
) -> None:
    with ExitStack() as stack:
        ended = stack.enter_context(store.pen(journal.marks, opening(1, 2)))
        ended.append("TaskProgressed", "t", {})
        ended.segment.seal()
        [segment] = [each for each in store.segments() if each.writer == ended.writer]
        archive.move_in(segment, store.folder / "archive")
    if freed:
        journal.marks.free(ended.writer)

    assert [event.subject for event in hearing.take()] == ["t"]
    assert hearing.damaged == []


class Meanwhile:
    """Looks as always, and does something after the first look."""

    def __init__(self, look: Callable[..., Any], action: Callable[[], object]) -> None:
        self._look, self._actions = look, [action]

    def __call__(self, *arguments: Any) -> Any:
        found = self._look(*arguments)
        while self._actions:
            self._actions.pop()()
        return found


def test_a_segment_that_is_archived_while_the_one_before_it_is_read_is_heard(
    store: Store, journal: Journal, hearing: Hearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.pen(journal.marks, opening(1, 2)) as other:
        while len(other.segments) < 2:
            other.append("TaskProgressed", f"t{other.number}", {"note": "x" * 1000})
        segments = [read.read_segment(segment.path) for segment in other.segments]
        move = partial(archive.move_in, folder=store.folder / "archive")
        monkeypatch.setattr(read, "frames", Meanwhile(read.frames, lambda: [move(each) for each in segments]))

        heard = hearing.take()

    assert [event.subject for event in heard] == [f"t{n}" for n in range(other.number)]


def test_a_copy_that_takes_its_name_just_after_the_names_were_read_is_heard(
    store: Store, journal: Journal, hearing: Hearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.pen(journal.marks, opening(1, 2)) as other:
        other.append("TaskProgressed", "in both", {})
        copy = other.replace(other.segment)
        other.append("TaskProgressed", "in the copy", {})
        monkeypatch.setattr(skim, "beyond", Meanwhile(skim.beyond, lambda: copy.rename(copy.place)))

        heard = hearing.take()

    assert [event.subject for event in heard] == ["in both", "in the copy"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RecursionError])
@pytest.mark.parametrize(
    ("owner", "name", "after"), [(read, "event", False), (fold, "apply", False), (fold, "apply", True)]
)
@pytest.mark.parametrize("call", [1, 2, 3, 4])
def test_what_was_being_heard_when_something_cut_it_off_is_folded_and_told_once(
    store: Store,
    journal: Journal,
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    after: bool,
    call: int,
    error: type[BaseException],
) -> None:
    told: list[Any] = []
    journal.on_others = told.extend
    journal.hearing.forked()
    with store.pen(journal.marks, opening(1, 2)) as second, store.pen(journal.marks, opening(1, 3)) as third:
        for n, pen in enumerate([second, third, third, second]):
            store.clock.advance(1)
            pen.append("MessageAdded", "user", {"content": n})
        with monkeypatch.context() as patched:
            patched.setattr(owner, name, CutOff(getattr(owner, name), call, error, after=after))
            with pytest.raises(error):
                journal.catch_up()
        second.append("MessageAdded", "user", {"content": "later"})

        journal._listen()

    assert [event.body["content"] for event in journal.writer.state.conversation] == [0, 1, 2, 3, "later"]
    assert [event.body["content"] for event in told] == [0, 1, 2, 3, "later"]
    assert fold.fold(fold.empty(NAME, 100), store.gather().events) == journal.writer.picture()
