"""Leases' promises: transitions alone are events, silence is counted by the steady clock, a pause judges nobody."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from jarvis_ctx.codec import exact
from jarvis_ctx.errors import StoreUnavailable, UnstorableValue
from jarvis_ctx.liveness.leases import Leases
from jarvis_ctx.model.agent import AgentRecord, Lease
from jarvis_ctx.model.ids import AgentId, RunId, TaskId
from jarvis_ctx.model.state import State
from jarvis_ctx.model.task import TaskRecord
from tests.fakes import MOMENT, FakeClock

A, B = AgentId("a"), AgentId("b")


class Heartbeats:
    """Leases with a fake clock that are swept each second, and the transitions they told of."""

    def __init__(self, known: list[Lease] | None = None) -> None:
        self.clock = FakeClock()
        self.told: list[tuple[str, str, dict[str, Any]]] = []
        self.failing = 0
        self.leases = Leases(self.clock, 5.0, self.append, known)

    def append(self, kind: str, subject: str, body: dict[str, Any]) -> None:
        if self.failing:
            self.failing -= 1
            raise OSError("planted")
        self.told.append((kind, subject, body))

    def pass_seconds(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.advance(1)
            self.leases.sweep(1.0)

    @property
    def transitions(self) -> list[tuple[str, str]]:
        return [(kind, agent) for kind, agent, _ in self.told]


def told(agent: AgentRecord) -> State:
    """What the events tell of one agent."""
    return State(name="x", agents={str(agent.id): agent})


def test_only_the_first_of_many_beats_is_an_event() -> None:
    beats = Heartbeats()

    for _ in range(10):
        beats.leases.beat(A, {"load": 1})
        beats.pass_seconds(1)

    assert beats.told == [("AgentSeen", "a", {"details": {"load": 1}})]
    assert beats.leases.all()[0].beats == 10


def test_an_agent_silent_for_too_long_is_stale_once_and_back_with_its_next_beat() -> None:
    beats = Heartbeats()
    beats.leases.beat(A, {})

    beats.pass_seconds(5)
    before = list(beats.transitions)
    beats.pass_seconds(10)
    beats.leases.beat(A, {})

    assert before == [("AgentSeen", "a")]
    assert beats.transitions == [("AgentSeen", "a"), ("AgentStale", "a"), ("AgentBack", "a")]
    assert beats.told[1][2] == {"beat": MOMENT}


def test_agents_are_judged_apart() -> None:
    beats = Heartbeats()
    beats.leases.beat(A, {})
    beats.leases.beat(B, {})

    for _ in range(8):
        beats.leases.beat(B, {})
        beats.pass_seconds(1)

    assert beats.transitions == [("AgentSeen", "a"), ("AgentSeen", "b"), ("AgentStale", "a")]


@pytest.mark.parametrize("jump", [-86_400, 86_400])
def test_a_jump_of_the_wall_clock_makes_nobody_stale(jump: int) -> None:
    beats = Heartbeats()
    beats.leases.beat(A, {})

    beats.clock.time += jump * 1_000_000
    beats.pass_seconds(3)
    beats.leases.beat(A, {})
    beats.pass_seconds(3)

    assert beats.transitions == [("AgentSeen", "a")]


def test_after_a_pause_of_the_whole_process_everyone_gets_a_fresh_term() -> None:
    beats = Heartbeats()
    beats.leases.beat(A, {})

    beats.clock.advance(3600)
    beats.leases.sweep(1.0)
    beats.pass_seconds(5)
    paused = list(beats.transitions)
    beats.pass_seconds(1)

    assert paused == [("AgentSeen", "a")]
    assert beats.transitions[-1] == ("AgentStale", "a")


def test_an_agent_known_from_before_the_restart_is_back_with_its_first_beat() -> None:
    beats = Heartbeats([Lease(agent=A, beat=1, beats=7)])
    beats.pass_seconds(20)

    beats.leases.beat(A, {})

    assert beats.transitions == [("AgentBack", "a")]
    assert beats.leases.all()[0].beats == 8


def test_an_agent_that_has_left_is_not_missed_and_returns_with_a_beat() -> None:
    beats = Heartbeats()
    beats.leases.beat(A, {})
    beats.leases.leave(A)

    beats.pass_seconds(20)
    beats.leases.beat(A, {})

    assert beats.transitions == [("AgentSeen", "a"), ("AgentGone", "a"), ("AgentBack", "a")]


def test_after_a_restore_the_next_beat_is_told_of_each_agent_that_is_not_known_as_alive() -> None:
    beats = Heartbeats()
    for agent in (A, B):
        beats.leases.beat(agent, {})

    beats.leases.look_again(told(AgentRecord(id=A, created=1, updated=(1, "w", 1), health="alive")))
    for agent in (A, B):
        beats.leases.beat(agent, {})

    assert beats.transitions == [("AgentSeen", A), ("AgentSeen", B), ("AgentBack", B)]


ALIVE = AgentRecord(id=A, created=1, updated=(1, "w", 1), health="alive")


def test_an_agent_that_a_restore_shows_as_alive_though_it_is_silent_is_told_to_be_stale_again() -> None:
    beats = Heartbeats()
    beats.leases.beat(A, {})
    beats.pass_seconds(7)

    beats.leases.look_again(told(ALIVE))
    beats.pass_seconds(2)

    assert beats.transitions == [("AgentSeen", A), ("AgentStale", A), ("AgentStale", A)]


def test_an_agent_that_a_restore_shows_as_alive_though_it_has_left_is_told_to_be_gone_again() -> None:
    beats = Heartbeats()
    beats.leases.beat(A, {})
    beats.leases.leave(A)
    beats.leases.look_again(told(ALIVE))
    beats.failing = 1
    with pytest.raises(OSError, match="planted"):
        beats.pass_seconds(1)

    beats.pass_seconds(2)

    assert beats.transitions == [("AgentSeen", A), ("AgentGone", A), ("AgentGone", A)]


def test_an_agent_that_beats_after_a_restore_is_back_and_not_gone_for_having_left_before() -> None:
    beats = Heartbeats()
    beats.leases.beat(A, {})
    beats.leases.leave(A)
    beats.leases.look_again(told(ALIVE))

    beats.leases.beat(A, {})
    beats.pass_seconds(1)

    assert beats.transitions == [("AgentSeen", A), ("AgentGone", A), ("AgentBack", A)]


def test_a_staleness_that_could_not_be_told_is_told_by_the_next_sweep() -> None:
    beats = Heartbeats()
    beats.leases.beat(A, {})
    beats.leases.beat(B, {})
    beats.pass_seconds(5)
    beats.failing = 1
    with pytest.raises(OSError, match="planted"):
        beats.pass_seconds(1)

    beats.pass_seconds(1)

    assert sorted(beats.transitions[2:]) == [("AgentStale", "a"), ("AgentStale", "b")]


def test_unsaved_leases_are_given_once_and_again_when_they_could_not_be_saved() -> None:
    beats = Heartbeats()
    beats.leases.beat(A, {})

    taken = beats.leases.take_unsaved()
    nothing = beats.leases.take_unsaved()
    beats.leases.put_back(taken)

    assert ([lease.agent for lease in taken], nothing) == (["a"], [])
    assert beats.leases.take_unsaved() == taken


def test_a_beats_details_are_kept_as_they_were_at_the_call() -> None:
    beats = Heartbeats()
    details: dict[str, Any] = {"schema": {"$ref": "#/x"}, "pair": (1, 2), "files": ["a"]}

    beats.leases.beat(A, details)
    details["files"].append("b")

    kept = exact.from_tree(beats.leases.all()[0].details)
    assert kept == {"schema": {"$ref": "#/x"}, "pair": (1, 2), "files": ["a"]}


def test_a_beat_whose_details_cannot_be_stored_is_refused_at_the_call_and_not_noted() -> None:
    beats = Heartbeats()

    with pytest.raises(UnstorableValue):
        beats.leases.beat(A, {"load": object()})

    assert (beats.leases.all(), beats.told) == ([], [])


@pytest.mark.parametrize("failure", [StoreUnavailable(path="x", reason="planted"), KeyboardInterrupt()])
def test_leases_are_given_again_whatever_kept_them_from_being_saved(failure: BaseException) -> None:
    beats = Heartbeats()
    beats.leases.beat(A, {})

    def fail(leases: list[Lease]) -> None:
        raise failure

    with pytest.raises(type(failure)):
        beats.leases.save(fail)

    assert [lease.agent for lease in beats.leases.take_unsaved()] == ["a"]


def test_one_lease_that_a_store_cannot_hold_keeps_no_other_from_being_saved() -> None:
    beats, saved = Heartbeats(), list[str]()
    beats.leases.beat(A, {})
    beats.leases.beat(B, {})

    def put(leases: list[Lease]) -> None:
        if any(lease.agent == A for lease in leases):
            raise TypeError("planted")
        saved.extend(lease.agent for lease in leases)

    beats.leases.save(put)

    assert (saved, [lease.agent for lease in beats.leases.take_unsaved()]) == (["b"], ["a"])


def in_a_forked_child(work: Callable[[], object]) -> bool:
    """Whether `work` was done there; a child that hangs ends by itself."""
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        done = False
        try:
            done = bool(work())
        finally:
            os._exit(not done)
    return os.waitpid(child, 0)[1] == 0


def test_a_beat_in_a_forked_child_does_not_wait_for_a_thread_that_is_not_there() -> None:
    beats, held, over = Heartbeats(), threading.Event(), threading.Event()

    def hold() -> None:
        with beats.leases._lock:
            held.set()
            over.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(20)

    beaten = in_a_forked_child(lambda: beats.leases.beat(A, {}) is None)

    over.set()
    holder.join()
    assert beaten


def test_a_forked_childs_beats_are_events_ten_times_within_stale_after() -> None:
    beats = Heartbeats()
    beats.leases.beat(A, {})

    def beat() -> bool:
        for _ in range(100):
            beats.leases.beat(A, {})
            beats.clock.advance(0.1)
        return beats.transitions == [("AgentSeen", "a")] * 21

    assert in_a_forked_child(beat)


def test_an_agent_that_events_tell_of_is_not_silent() -> None:
    beats = Heartbeats()
    beats.leases.beat(A, {})
    beats.pass_seconds(5)
    beats.clock.advance(1)
    heard = AgentRecord(id=A, created=0, updated=(beats.clock.time - 1_000_000, "w2", 1), health="alive")

    silent = beats.leases.sweep(1.0, told(heard))
    beats.clock.advance(1)

    assert (silent, beats.leases.sweep(1.0)) == ([], ["a"])


def test_an_agent_that_events_tell_of_is_not_silent_when_the_wall_clock_goes_back() -> None:
    beats = Heartbeats()
    beats.leases.beat(A, {})
    beats.pass_seconds(5)
    heard = AgentRecord(id=A, created=0, updated=(beats.clock.time, "w2", 1), health="alive")
    beats.clock.time -= 3600_000_000

    beats.clock.advance(1)
    first = beats.leases.sweep(1.0, told(heard))
    beats.clock.advance(5.5)

    assert (first, beats.leases.sweep(5.0, told(heard))) == ([], ["a"])


def test_an_agent_that_works_is_not_silent_though_it_beats_no_more() -> None:
    beats = Heartbeats()
    beats.leases.beat(A, {})
    beats.pass_seconds(5)
    beats.clock.advance(1)
    task = TaskRecord(
        id=TaskId("t"), created=0, updated=(beats.clock.time, "w", 1), chain=RunId("r"), agent=A, status="busy"
    )

    working = beats.leases.sweep(1.0, State(name="x", tasks={"t": task}))

    assert (working, beats.leases.sweep(1.0)) == ([], ["a"])
