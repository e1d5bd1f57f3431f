"""What is done for the run's other writers: what they append survives power loss, and their deaths are told of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jarvis_ctx.disk.held import is_held
from jarvis_ctx.journal import ended, neighbours
from jarvis_ctx.journal.journal import Journal
from jarvis_ctx.journal.marks import WriterMark
from tests.unit.journal.build import Store, opening, wait_until


def mark_of(journal: Journal, writer: str) -> WriterMark:
    return next(mark for mark in journal.marks.writers() if mark.writer == writer)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are synced for others, as the system was asked to."""
    asked: list[str] = []

    def sync(descriptor: int) -> None:
        asked.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
        os.fdatasync(descriptor)

    monkeypatch.setattr(neighbours, "sync_data", sync)
    return asked


def test_the_background_syncs_what_a_worker_appends(store: Store) -> None:
    with (
        store.journal(sync_interval=0.001) as journal,
        store.pen(journal.marks, opening(1, 2)) as worker,
    ):
        journal.start()

        worker.append("TaskProgressed", "t", {})

        wait_until(lambda: mark_of(journal, worker.writer).synced == 1)


def test_what_a_worker_appended_before_it_died_is_synced(store: Store, journal: Journal, synced: list[str]) -> None:
    with store.pen(journal.marks, opening(1, 2)) as worker:
        worker.append("TaskProgressed", "t", {})

    journal.neighbours.sync()

    assert synced == [f"{worker.writer}-000001.seg"]
    assert mark_of(journal, worker.writer).synced == 1


def test_an_ended_workers_marks_are_given_back_only_after_its_events_are_synced(
    store: Store, journal: Journal, synced: list[str]
) -> None:
    with store.pen(journal.marks, opening(1, 2)) as worker:
        worker.append("TaskProgressed", "t", {})

    journal._try_to_drain()

    assert synced == [f"{worker.writer}-000001.seg"]
    assert worker.writer not in journal.marks.owners()


def test_a_segment_is_synced_no_more_once_its_writer_has_gone_on(
    store: Store, journal: Journal, synced: list[str]
) -> None:
    with store.pen(journal.marks, opening(1, 2)) as worker:
        while len(worker.segments) < 2:
            worker.append("TaskProgressed", "t", {"status": "x" * 1000})
        journal.neighbours.sync()
        synced.clear()
        worker.append("TaskProgressed", "t", {})

        journal.neighbours.sync()

    assert synced == [f"{worker.writer}-000002.seg"]


def test_nothing_is_synced_for_a_worker_that_has_said_nothing_since(
    store: Store, journal: Journal, synced: list[str]
) -> None:
    with store.pen(journal.marks, opening(1, 2)) as worker:
        worker.append("TaskProgressed", "t", {})
        journal.neighbours.sync()

        journal.neighbours.sync()

    assert len(synced) == 1


def test_a_segment_that_the_disk_refused_never_counts_as_synced_and_keeps_no_other_from_it(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> None:
        if refused.writer in os.readlink(f"/proc/self/fd/{descriptor}"):
            raise OSError(5, "planted")

    with store.pen(journal.marks, opening(1, 2)) as refused, store.pen(journal.marks, opening(1, 3)) as other:
        for worker in (refused, other):
            worker.append("TaskProgressed", "t", {})
        monkeypatch.setattr(neighbours, "sync_data", refuse)
        with pytest.raises(OSError, match="planted"):
            journal.neighbours.sync()
        monkeypatch.undo()

        journal._try_to_sync()

        assert [mark_of(journal, worker.writer).synced for worker in (refused, other)] == [0, 1]
        assert "an earlier sync failed" in journal.health().sync_error


def test_a_copy_of_a_segment_that_the_disk_refused_is_synced_under_its_name(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(5, "planted")

    with store.pen(journal.marks, opening(1, 2)) as worker:
        worker.append("TaskProgressed", "t", {})
        name = worker.segment.path
        monkeypatch.setattr(neighbours, "sync_data", refuse)
        with pytest.raises(OSError, match="planted"):
            journal.neighbours.sync()
        monkeypatch.undo()
        worker.replace(worker.segment).rename(name)

        journal.neighbours.sync()

    assert mark_of(journal, worker.writer).synced == 1


def test_a_writer_whose_copy_takes_over_a_name_while_that_is_looked_at_has_not_ended(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replaced_meanwhile(descriptor: int) -> bool:
        monkeypatch.setattr(ended, "is_held", is_held)
        worker.replace(worker.segment).rename(name)
        return is_held(descriptor)

    with store.pen(journal.marks, opening(1, 2)) as worker:
        worker.append("TaskProgressed", "t", {})
        name = worker.segment.path
        monkeypatch.setattr(ended, "is_held", replaced_meanwhile)

        assert ended.which_ended(store.folder, [worker.writer]) == set()


def test_who_has_ended_is_told_once_all_it_said_is_folded(store: Store, journal: Journal) -> None:
    told: list[tuple[set[str], list[str]]] = []
    journal.neighbours.on_ended = lambda ended: told.append((ended, list(journal.writer.state.tasks)))
    with store.pen(journal.marks, opening(1, 2)) as worker, store.pen(journal.marks, opening(1, 3)) as living:
        worker.append("TaskProgressed", "t", {})
        living.append("TaskProgressed", "u", {})
        worker.segment.close()

        journal.neighbours.look(journal._listen, dict)

    assert told == [({worker.writer}, ["t", "u"])]
