"""The fold's promises: total, the same in any order of arrival, and what each kind of event means."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given

from jarvis_ctx.checkpoint.contents import contents, digest, sealed, state_of
from jarvis_ctx.journal import fold, fold_runs
from jarvis_ctx.model.checkpoint import CheckpointHeader, Snapshot
from jarvis_ctx.model.event import Event
from jarvis_ctx.model.ids import RunId, WriterId
from jarvis_ctx.model.state import State
from tests.unit.journal.build import NAME
from tests.unit.journal.events import PROCESS, any_events, valid_events


def empty() -> State:
    return fold.empty(NAME, 3)


def said(*told: tuple[str, str, dict[str, Any]], run: str = "r") -> State:
    """The state after these events of one writer: kind, subject, body."""
    state = empty()
    for number, (kind, subject, body) in enumerate(told, 1):
        fold.apply(state, Event(WriterId("w"), number, number, RunId(run), kind, subject, body))
    return state


def header_of(state: State, data: bytes) -> CheckpointHeader:
    """The header of a checkpoint of `state`, whose contents are `data`."""
    return sealed(
        CheckpointHeader(
            id="c",
            orchestrator=NAME,
            run=RunId("r"),
            epoch=1,
            taken=1,
            position=state.position,
            stamp=state.stamp,
            hash=digest(data),
            size=len(data),
            tasks=len(state.tasks),
            agents=len(state.agents),
        )
    )


@given(any_events())
def test_no_body_whatever_stops_the_fold_or_spoils_the_state(events: list[Event]) -> None:
    state = empty()
    for event in events:
        fold.apply(state, event)

    kept = contents(state)
    assert state_of(Snapshot(header=header_of(state, kept), state=kept), "it") == state
    assert all(task.shown_status and task.in_flight is not None for task in state.tasks.values())
    assert sum(state.unreadable.values()) <= len(events) == state.position.get("w", 0)


@given(valid_events())
def test_any_order_of_arrival_folds_to_the_same_state_or_says_that_it_did_not(arrived: list[Event]) -> None:
    live = empty()
    for event in arrived:
        fold.apply(live, event)

    ordered = fold.fold(empty(), arrived)

    assert ordered.late == {}
    assert live == ordered or live.late


@given(valid_events())
def test_folding_in_two_parts_is_folding_at_once(arrived: list[Event]) -> None:
    ordered = sorted(arrived, key=lambda event: event.stamp)
    half = len(ordered) // 2

    first = fold.fold(empty(), ordered[:half])
    kept = contents(first)
    restored = state_of(Snapshot(header=header_of(first, kept), state=kept), "it")

    assert fold.fold(restored, ordered[half:]) == fold.fold(empty(), arrived)


@given(valid_events())
def test_a_picture_is_not_changed_by_later_events(arrived: list[Event]) -> None:
    state = fold.fold(empty(), arrived[: len(arrived) // 2])
    picture, before = state.copy(), contents(state)

    for event in arrived:
        fold.apply(state, event)

    assert contents(picture) == before


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("TaskProgressed", {"status": 7}),
    ("TaskProgressed", {"description": ["a"]}),
    ("TaskProgressed", {"percentage": "40"}),
    ("TaskProgressed", {"percentage": 101}),
    ("TaskProgressed", {"blockers": [1]}),
    ("TaskProgressed", {"blockers": "ab"}),
    ("TaskProgressed", {"metadata": [["a", 1]]}),
    ("TaskClaimed", {"method": "m", "key": 7, "attempt": 1}),
    ("TaskClaimed", {"method": "m", "key": "k", "attempt": "1"}),
    ("TaskClaimed", {"method": "m", "key": "k", "attempt": 1, "metadata": [["a", 1]]}),
    ("TaskFinished", {"result": 1}),
    ("TaskQuarantined", {"cause": {}}),
    ("StepStarted", {"key": "k", "name": 7}),
    ("AgentUpdated", {"status": []}),
    ("AttributeSet", {}),
    ("StateCaptured", {"captured": 1, "position": {}, "count": 1, "fields": [["a", "json"]], "lost": []}),
    ("StateCaptured", {"captured": 1, "position": {}, "count": 1, "fields": [], "lost": ["client"]}),
    ("StateCaptured", {"failed": 7}),
    ("RunStarted", {"epoch": "1", "chain": "r", "process": PROCESS}),
    ("RunStarted", {"epoch": 1, "chain": None, "process": PROCESS}),
    ("RunStarted", {"epoch": 1, "chain": "r", "process": PROCESS, "fences": {"w": "9"}}),
    ("RunStarted", {"epoch": 1, "chain": "r", "process": PROCESS, "fences": [1]}),
    ("RunStarted", {"epoch": 1, "chain": "r", "process": PROCESS, "policy": {"max_attempts": "3"}}),
]


@pytest.mark.parametrize(("kind", "body"), WRONG, ids=lambda value: value if isinstance(value, str) else "")
def test_a_body_of_a_wrong_shape_is_counted_and_changes_nothing(kind: str, body: dict[str, Any]) -> None:
    before = empty()

    state = fold.fold(empty(), [Event(WriterId("w"), 1, 1, RunId("r"), kind, "t", body)])

    assert state.unreadable == {kind: 1}
    assert (state.tasks, state.steps, state.agents, state.attributes, state.runs, state.fences) == (
        before.tasks,
        before.steps,
        before.agents,
        before.attributes,
        before.runs,
        before.fences,
    )


def test_a_step_that_arrives_behind_a_later_one_of_its_task_is_noticed() -> None:
    state = empty()
    late = Event(WriterId("a"), 1, 1, RunId("r"), "StepStarted", "t", {"key": "k", "name": "charge"})
    fold.apply(state, Event(WriterId("b"), 1, 2, RunId("r"), "StepFinished", "t", {"key": "k", "result": 1}))

    fold.apply(state, late)

    assert state.late == {"t": 1}


def test_an_event_this_version_does_not_know_is_counted_and_passed_over() -> None:
    state = said(("FromTheFuture", "t", {}), ("TaskProgressed", "t", {"percentage": 5}))

    assert state.unreadable == {"FromTheFuture": 1}
    assert state.tasks["t"].percentage == 5


def test_an_event_whose_fold_was_cut_off_is_not_in_the_position(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    state, event = empty(), Event(WriterId("w"), 1, 1, RunId("r"), "MessageAdded", "user", {"content": "a"})
    monkeypatch.setitem(fold.HANDLERS, "MessageAdded", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fold.apply(state, event)

    assert state.position == {}


def test_a_partial_update_changes_what_it_names() -> None:
    state = said(
        ("TaskProgressed", "t", {"description": "d", "status": "odd", "blockers": ["a"], "metadata": {"k": 1}}),
        ("TaskProgressed", "t", {"percentage": 40, "owner": "me"}),
    )

    task = state.tasks["t"]
    assert (task.description, task.status, task.shown_status, task.percentage) == ("d", "odd", "other", 40)
    assert (task.blockers, task.metadata, task.created, task.updated[0]) == (("a",), {"k": 1, "owner": "me"}, 1, 2)


def test_a_claim_adds_to_what_is_known_of_its_task() -> None:
    state = said(
        ("TaskProgressed", "t", {"metadata": {"owner": "me", "thread": "a"}}),
        ("TaskClaimed", "t", {"method": "m", "key": "k", "attempt": 1, "metadata": {"thread": "b"}}),
        ("TaskClaimed", "t", {"method": "m", "key": "k2", "attempt": 2}),
    )

    assert state.tasks["t"].metadata == {"owner": "me", "thread": "b"}


def test_a_return_completes_its_task() -> None:
    state = said(
        ("TaskClaimed", "t", {"method": "m", "key": "k", "attempt": 1}),
        ("TaskFinished", "t", {"key": "k", "result": 7}),
    )

    task, attempt = state.tasks["t"], state.tasks["t"].attempts["k"]
    assert (task.status, task.percentage, attempt.outcome, attempt.kept, attempt.result) == (
        "completed",
        100,
        "finished",
        True,
        7,
    )


def test_a_return_completes_nothing_where_the_orchestrator_says_so_itself() -> None:
    state = said(
        ("TaskClaimed", "t", {"method": "m", "key": "k", "attempt": 1}),
        ("TaskFinished", "t", {"key": "k", "completes": False}),
    )

    assert (state.tasks["t"].status, state.tasks["t"].in_flight) == ("in_progress", [])


@pytest.mark.parametrize("status", ["blocked", "failed", "waiting for review"])
def test_a_status_reported_within_the_call_stands_after_its_return(status: str) -> None:
    state = said(
        ("TaskClaimed", "t", {"method": "m", "key": "k", "attempt": 1}),
        ("TaskProgressed", "t", {"status": status}),
        ("TaskFinished", "t", {"key": "k", "result": None}),
    )

    assert state.tasks["t"].status == status


def test_a_completed_tasks_steps_leave_the_state() -> None:
    state = said(
        ("StepFinished", "t", {"key": "s", "name": "charge", "result": 1}),
        ("TaskProgressed", "t", {"status": "done"}),
    )

    assert state.steps == {}


def test_a_step_without_a_recorded_end_is_started() -> None:
    state = said(
        ("StepStarted", "t", {"key": "a", "name": "charge"}),
        ("StepFinished", "t", {"key": "b", "name": "charge", "lost": "too large"}),
        ("StepReconciled", "t", {"key": "c", "name": "charge", "happened": True, "result": 3}),
        ("StepReconciled", "t", {"key": "d", "name": "charge", "happened": False}),
    )

    assert {k: (s.status, s.kept) for k, s in state.steps["t"].items()} == {
        "a": ("started", False),
        "b": ("started", False),
        "c": ("finished", True),
        "d": ("failed", False),
    }


def test_a_death_in_isolation_counts_once_however_often_it_is_told() -> None:
    interrupted = ("TaskInterrupted", "t", {"key": "k", "counts": True})
    state = said(("TaskClaimed", "t", {"method": "m", "key": "k", "attempt": 1}), interrupted, interrupted)

    assert (state.tasks["t"].deaths_alone, state.tasks["t"].in_flight) == (1, [])


def test_a_task_called_without_end_keeps_its_latest_attempts_and_says_why_no_result() -> None:
    state = said(
        *(
            (kind, "t", {"method": "m", "key": f"k{n}", "attempt": n, "result": n})
            for n in range(1, 102)
            for kind in ("TaskClaimed", "TaskFinished")
        )
    )

    attempts = list(state.tasks["t"].attempts.values())
    assert (len(attempts), attempts[-1].key) == (100, "k101")
    assert not attempts[0].kept
    assert attempts[0].lost == "the task was called more than 100 times"


def attempts_after(**chains: str) -> list[str]:
    """The attempts that a task has whose call returned in each of these runs, of those chains, one after the other."""
    state = empty()
    for number, (run, chain) in enumerate(chains.items(), 1):
        begun = {"epoch": number, "chain": chain, "process": PROCESS}
        call = {"method": "m", "key": run, "attempt": number, "result": run}
        told = [("RunStarted", run, begun), ("TaskClaimed", "t", call), ("TaskFinished", "t", call)]
        for place, event in enumerate(told, 1):
            fold.apply(state, Event(WriterId(run), place, number * 10 + place, RunId(run), *event))
    return list(state.tasks["t"].attempts)


def test_of_a_task_that_is_called_anew_only_the_attempts_of_its_chain_of_runs_are_kept() -> None:
    assert attempts_after(a="a", b="a") == ["a", "b"]
    assert attempts_after(a="a", b="a", c="c") == ["c"]


def test_tails_are_bounded_and_in_order() -> None:
    state = said(*(("DecisionLogged", f"d{n}", {"decision_type": "x"}) for n in range(5)))

    assert [event.subject for event in state.decisions] == ["d2", "d3", "d4"]


def test_agents_health_follows_the_transitions() -> None:
    state = said(
        ("AgentSeen", "a", {}), ("AgentStale", "a", {"beat": 1}), ("AgentUpdated", "a", {"status": "x", "n": 1})
    )

    agent = state.agents["a"]
    assert (agent.health, agent.changed, agent.status, agent.details) == ("stale", 2, "x", {"n": 1})


def test_what_a_fence_refuses_is_not_folded_wherever_its_time_lies() -> None:
    started = {
        "epoch": 2,
        "chain": "r1",
        "process": {"host": "h", "pid": 1, "created": 0.0, "boot_id": ""},
        "fences": {"old": 1},
    }
    events = [
        Event(WriterId("old"), 1, 5, RunId("r1"), "AttributeSet", "a", {"value": "kept"}),
        Event(WriterId("old"), 2, 6, RunId("r1"), "AttributeSet", "a", {"value": "refused"}),
        Event(WriterId("new"), 1, 9, RunId("r2"), "RunStarted", "r2", started),
    ]

    state = fold.fold(empty(), events)

    assert state.attributes["a"].value == "kept"
    assert state.position == {"old": 1, "new": 1}
    assert (state.chain, state.latest_run and state.latest_run.epoch) == ("r1", 2)


def test_a_runs_end_and_death_are_kept_with_it() -> None:
    process = {"host": "h", "pid": 1, "created": 0.0, "boot_id": ""}
    state = said(
        ("RunStarted", "r", {"epoch": 1, "chain": "r", "process": process}),
        ("CodeRecorded", "r", {"code": {"m": "1"}}),
        ("RunEnded", "r", {"ending": "closed"}),
    )

    run = state.runs["r"]
    assert (run.ending, run.clean, run.ended, run.code) == ("closed", True, 3, {"m": "1"})


def test_the_oldest_runs_are_forgotten() -> None:
    process = {"host": "h", "pid": 1, "created": 0.0, "boot_id": ""}
    state = empty()
    for n in range(1, 103):
        body = {"epoch": n, "chain": "r", "process": process}
        fold.apply(state, Event(WriterId(f"w{n}"), 1, n, RunId(f"r{n}"), "RunStarted", f"r{n}", body))

    assert min(run.epoch for run in state.runs.values()) == 3
    assert len(state.runs) == fold_runs.RUNS_KEPT


def begun(*runs: tuple[int, int]) -> State:
    """The state after runs began in this order: the epoch of each, and of the first of its chain."""
    state = empty()
    process = {"host": "h", "pid": 1, "created": 0.0, "boot_id": ""}
    for epoch, first in runs:
        body = {"epoch": epoch, "chain": f"r{first}", "process": process}
        run, writer = RunId(f"r{epoch}"), WriterId(f"w{epoch}")
        fold.apply(state, Event(writer, 1, epoch, run, "RunStarted", run, body))
    return state


def test_of_the_present_chain_even_the_forgotten_runs_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fold_runs, "RUNS_KEPT", 2)

    state = begun((1, 1), (2, 1), (3, 3), (4, 3), (5, 3), (6, 3))

    assert state.runs_of("r3") == {"r3", "r4", "r5", "r6"}
    assert [state.chain_of(f"r{epoch}") for epoch in range(1, 7)] == ["", "", *["r3"] * 4]
    assert (state.runs_forgotten, state.recoveries_forgotten) == (4, 2)


def test_a_new_chain_lets_go_of_the_forgotten_runs_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fold_runs, "RUNS_KEPT", 2)

    state = begun((1, 1), (2, 1), (3, 1), (4, 1), (5, 5))

    assert (list(state.runs), state.chained) == (["r4", "r5"], {})


@pytest.mark.parametrize("order", [(6, 5, 4, 3, 2, 1), (4, 1, 6, 2, 5, 3), (5, 3, 1, 6, 4, 2)])
def test_what_is_left_of_forgotten_runs_is_the_same_in_any_order(
    monkeypatch: pytest.MonkeyPatch, order: tuple[int, ...]
) -> None:
    monkeypatch.setattr(fold_runs, "RUNS_KEPT", 2)
    chains = {1: 1, 2: 1, 3: 3, 4: 3, 5: 3, 6: 3}

    shuffled, inorder = (begun(*((epoch, chains[epoch]) for epoch in each)) for each in (order, sorted(order)))

    assert (shuffled.runs, shuffled.chained) == (inorder.runs, inorder.chained)
    assert shuffled.recoveries_forgotten == inorder.recoveries_forgotten


def test_every_kind_of_event_has_its_handler() -> None:
    from typing import get_args

    from jarvis_ctx.model.event import Kind

    assert set(fold.HANDLERS) == set(get_args(Kind))


def test_the_fold_keeps_no_part_of_a_body_that_a_caller_could_change() -> None:
    body = {"completed_subtasks": ["a"]}
    state = said(("TaskProgressed", "t", body))

    body["completed_subtasks"].append("b")

    assert state.tasks["t"].completed_subtasks == ("a",)
    assert msgspec.json.encode(state.tasks["t"].completed_subtasks) == b'["a"]'
