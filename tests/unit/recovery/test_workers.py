"""What the death of a worker does to the tasks it had in hand, while its orchestrator lives."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jarvis_ctx.capture.isolation import Isolation
from jarvis_ctx.journal import fold
from jarvis_ctx.journal.fold_restore import restore_body
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.model.state import State
from jarvis_ctx.recovery.workers import Workers, left_by_workers
from jarvis_ctx.sidecar.isolating import watch_workers
from tests.unit.recovery.stories import SECOND, claim, planned, started, told

DYING, OTHER = "dying", "other"


class Owner:
    """The run's own process: its state, what it appends, and what it hears of its workers."""

    def __init__(self) -> None:
        self.state: State = told(started(1))
        self.appended: list[tuple[str, str, bool | None]] = []
        self.workers = Workers(self, max_attempts=2)

    def append(self, kind: str, subject: str, body: dict[str, Any], *, own: bool = False) -> int:
        self.appended.append((kind, subject, body.get("counts")))
        return self._fold("w1", kind, subject, body).number

    def hears(self, writer: str, kind: str, subject: str, body: dict[str, Any]) -> None:
        self.workers.heard([self._fold(writer, kind, subject, body)])

    def _fold(self, writer: str, kind: str, subject: str, body: dict[str, Any]) -> Event:
        number, time = self.state.position.get(writer, 0) + 1, self.state.stamp[0] + SECOND
        event = Event(WriterId(writer), number, time, RunId("r1"), kind, subject, body)
        fold.apply(self.state, event)
        return event


def refuse(kind: str, subject: str, body: dict[str, Any], *, own: bool = False) -> int:
    raise OSError(28, "planted")


@pytest.fixture
def owner() -> Owner:
    return Owner()


def test_what_a_dead_worker_had_in_hand_is_interrupted_and_nothing_else(owner: Owner) -> None:
    owner.hears(DYING, *claim("a"))
    owner.hears(DYING, *claim("done"))
    owner.hears(DYING, "TaskFinished", "done", {"key": "k1", "result": 1})
    owner.hears(OTHER, *claim("b"))

    owner.workers.ended({DYING})

    assert owner.appended == [("TaskInterrupted", "a", False)]
    assert [bool(task.in_flight) for task in owner.state.tasks.values()] == [False, False, True]


def test_a_death_is_told_once(owner: Owner) -> None:
    owner.hears(DYING, *claim("a"))

    owner.workers.ended({DYING})
    owner.workers.ended({DYING})

    assert owner.appended == [("TaskInterrupted", "a", False)]


def test_a_task_whose_workers_die_of_it_alone_is_quarantined(owner: Owner) -> None:
    for number in range(2):
        owner.hears(f"{DYING} {number}", *claim("bad", alone=True, key=f"k{number}"))
        owner.workers.ended({f"{DYING} {number}"})

    assert owner.appended == [
        ("TaskInterrupted", "bad", True),
        ("TaskInterrupted", "bad", True),
        ("TaskQuarantined", "bad", None),
    ]
    assert owner.state.tasks["bad"].deaths_alone == 2


def test_a_record_that_could_not_be_written_is_written_the_next_time(owner: Owner) -> None:
    owner.hears(DYING, *claim("a"))
    append, owner.append = owner.append, refuse  # type: ignore[method-assign]  # the disk is full
    with pytest.raises(OSError, match="planted"):
        owner.workers.ended({DYING})

    owner.append = append  # type: ignore[method-assign]  # there is room again
    owner.workers.ended({DYING})

    assert owner.appended == [("TaskInterrupted", "a", False)]


def test_who_joins_the_run_later_knows_what_the_death_of_a_worker_has_left(owner: Owner) -> None:
    for task in ("taken up", "left"):
        owner.hears(DYING, *claim(task))
    owner.workers.ended({DYING})
    owner.hears(OTHER, *claim("taken up", key="k2"))

    assert left_by_workers(owner.state, RunId("r1")) == {"left"}
    assert left_by_workers(owner.state, RunId("r2")) == set()


def test_a_task_that_another_worker_has_done_since_was_not_in_flight_when_the_orchestrator_died(owner: Owner) -> None:
    for task in ("taken up", "left"):
        owner.hears(DYING, *claim(task))
    owner.workers.ended({DYING})
    owner.hears(OTHER, *claim("taken up", key="k2"))
    owner.hears(OTHER, "TaskFinished", "taken up", {"key": "k2", "result": 1})

    made = planned(owner.state)

    assert {line.id: line.fate for line in made.report.tasks} == {"taken up": "done", "left": "in-flight"}
    assert made.suspects == {"left"}


def left_behind(owner: Owner, task: str) -> Event:
    """A call's end that was said just before a restore, which took the call for running."""
    owner.hears(OTHER, *claim(task))
    time = owner.state.stamp[0] + 1
    owner.append("MomentRestored", "noon", restore_body(owner.state, "noon", "u"))
    late = Event(WriterId(OTHER), 2, time, RunId("r1"), "TaskFinished", task, {"key": "k1", "result": 1})
    fold.apply(owner.state, late)
    return late


def test_a_call_that_ended_before_a_restore_and_is_heard_after_it_is_undone_and_not_in_flight_for_ever(
    owner: Owner,
) -> None:
    late = left_behind(owner, "a")

    owner.workers.heard([late])
    owner.workers.tell()

    assert owner.appended[1:] == [("TaskInterrupted", "a", False)]
    assert owner.state.tasks["a"].undone
    assert left_by_workers(owner.state, RunId("r1")) == set()


def test_a_full_disk_keeps_nothing_that_a_worker_said_from_being_heard(owner: Owner) -> None:
    late = left_behind(owner, "a")
    claimed = Event(WriterId(DYING), 1, late.time + SECOND, RunId("r1"), *claim("b"))
    fold.apply(owner.state, claimed)
    append, owner.append = owner.append, refuse  # type: ignore[method-assign]  # the disk is full

    owner.workers.heard([late, claimed])
    with pytest.raises(OSError, match="planted"):
        owner.workers.tell()
    owner.append = append  # type: ignore[method-assign]  # there is room again
    owner.workers.tell()
    owner.workers.ended({DYING})

    assert owner.appended[1:] == [("TaskInterrupted", "a", False), ("TaskInterrupted", "b", False)]


def test_a_request_is_answered_though_the_disk_is_full_for_what_was_said_beside_it(owner: Owner) -> None:
    asked: list[Event] = []
    journal: Any = SimpleNamespace(writer=owner, neighbours=SimpleNamespace(), hearing=SimpleNamespace(on_heard=None))
    watch_workers(journal, 2, Isolation(set(), 1.0), asked.extend)
    late = left_behind(owner, "a")
    owner.append = refuse  # type: ignore[method-assign]  # the disk is full

    with pytest.raises(OSError, match="planted"):
        journal.on_others([late])

    assert asked == [late]
