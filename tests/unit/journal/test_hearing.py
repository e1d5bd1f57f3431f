"""What other processes of a run say is folded in the order it was said in."""

from __future__ import annotations

from tests.unit.journal.build import Store, opening


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
