"""The nouns' promises: frozen, read back as they were written, and shown in one of the documented ways."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import msgspec
import pytest

import jarvis_ctx.model
from jarvis_ctx.journal import fold
from jarvis_ctx.model.agent import AgentRecord
from jarvis_ctx.model.entries import ENTRY_KINDS, entry
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId, TaskId, WriterId
from jarvis_ctx.model.report import RecoveryReport
from jarvis_ctx.model.run import CauseOfDeath, ProcessIdentity, RunRecord
from jarvis_ctx.model.state import State
from jarvis_ctx.model.step import StepRecord
from jarvis_ctx.model.task import STATUSES, Attempt, TaskRecord

SHOWN = {"pending", "in_progress", "blocked", "completed", "failed", "cancelled", "quarantined", "other"}


def records() -> list[type[msgspec.Struct]]:
    """Every record of the room."""
    modules = [
        importlib.import_module(f"jarvis_ctx.model.{m.name}") for m in pkgutil.iter_modules(jarvis_ctx.model.__path__)
    ]
    found = {
        c for module in modules for c in vars(module).values() if isinstance(c, type) and issubclass(c, msgspec.Struct)
    }
    return sorted((c for c in found if c.__module__.startswith("jarvis_ctx.model")), key=lambda c: c.__name__)


def task(**changed: Any) -> TaskRecord:
    base = TaskRecord(id=TaskId("t"), created=1, updated=(1, "w", 1), chain=RunId("r"))
    return msgspec.structs.replace(base, **changed)


def attempt(key: str, **changed: Any) -> Attempt:
    base = Attempt(method="m", run=RunId("r"), number=1, claimed=1, key=key)
    return msgspec.structs.replace(base, **changed)


@pytest.mark.parametrize("record", records(), ids=lambda record: record.__name__)
def test_a_record_is_frozen_but_for_the_state(record: type[msgspec.Struct]) -> None:
    assert record.__struct_config__.frozen is (record is not State)


@pytest.mark.parametrize("status", [*STATUSES, "Waiting For Review", "COMPLETED", ""])
def test_every_status_is_shown_as_one_of_the_documented_ones(status: str) -> None:
    assert task(status=status).shown_status in SHOWN
    assert (task(status=status).shown_status == "other") is (status.lower() not in STATUSES)


def test_quarantine_is_shown_whatever_the_status_says() -> None:
    assert task(status="in_progress", quarantined="it was killed").shown_status == "quarantined"


@pytest.mark.parametrize(
    ("status", "finished"), [("done", True), ("failed", True), ("cancelled", True), ("blocked", False), ("odd", False)]
)
def test_what_is_over_is_finished(status: str, finished: bool) -> None:
    assert task(status=status).finished is finished


def test_calls_of_each_method_are_counted_and_count_on_from_the_latest() -> None:
    made = [attempt("a", number=2), attempt("b", number=3), attempt("c", method="n")]

    called = task(attempts={each.key: each for each in made})

    assert called.tries == {"m": 3, "n": 1}
    assert called.begun == 4


def test_only_attempts_without_an_end_are_in_flight() -> None:
    attempts = {a.key: a for a in (attempt("a"), attempt("b", outcome="finished"), attempt("c", outcome="died"))}

    assert [a.key for a in task(attempts=attempts).in_flight] == ["a"]


@pytest.mark.parametrize(
    ("status", "outcome", "done"),
    [
        ("completed", "finished", True),
        ("completed", None, False),
        ("completed", "died", False),
        ("waiting for review", "finished", True),
        ("blocked", "finished", False),
        ("failed", "failed", False),
    ],
)
def test_a_task_is_done_when_its_call_returned_and_left_nothing_to_do(
    status: str, outcome: str | None, done: bool
) -> None:
    assert task(status=status, attempts={"a": attempt("a", outcome=outcome)}).done is done


def test_a_task_that_was_only_told_of_is_done_when_it_is_called_completed() -> None:
    assert task(status="done").done
    assert not task(status="odd").done


def test_equal_mutable_defaults_are_not_shared() -> None:
    one, other = fold.empty("one", 1), fold.empty("other", 1)

    one.tasks["t"] = task()

    assert other.tasks == {}


def test_an_entrys_unnamed_keys_are_details() -> None:
    body = {"sender": "a", "recipient": "b", "content": 1, "urgent": True, "details": {"n": 2}}

    made = entry(Event(WriterId("w"), 1, 5, RunId("r"), "MessageSent", "a", body))

    assert (made.time, made.sender, made.details) == (5, "a", {"n": 2, "urgent": True})


def test_every_entry_kind_is_an_event_kind_the_fold_keeps_a_tail_of() -> None:
    assert set(ENTRY_KINDS) <= set(fold.HANDLERS)


@pytest.mark.parametrize(
    ("ending", "clean"),
    [("closed", True), ("exited", True), ("SIGTERM", True), ("SIGINT", True), ("exception", False), (None, False)],
)
def test_a_run_is_clean_when_it_ended_by_itself_or_was_asked_to(ending: str | None, clean: bool) -> None:
    process = ProcessIdentity(host="h", pid=1, created=0.0, boot_id="")
    run = RunRecord(
        id=RunId("r"),
        name="n",
        epoch=1,
        writer=WriterId("w"),
        process=process,
        started=0,
        chain=RunId("r"),
        ending=ending,
    )

    assert run.clean is clean


def test_a_report_counts_what_is_lost() -> None:
    report = RecoveryReport(
        orchestrator="jarvis",
        run="r2",
        recovered_run="r1",
        epoch=2,
        created="",
        cause=CauseOfDeath(cause="killed", sentence=""),
        started="",
        died_between=("", ""),
        last_event="",
        events=9,
        events_lost={"a": [(3, 5), (9, 9)], "b": [(1, 1)]},
    )

    assert report.lost == 5
    assert msgspec.convert(report.to_json(), RecoveryReport) == report


@pytest.mark.parametrize("record", [TaskRecord, Attempt, StepRecord, AgentRecord, Event])
def test_the_collector_of_the_host_does_not_look_at_the_records_of_a_large_state(record: type[msgspec.Struct]) -> None:
    assert not record.__struct_config__.gc
