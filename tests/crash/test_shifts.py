"""Workers that die, and suspects in several processes: what is noticed while the orchestrator lives."""

from __future__ import annotations

import json
import os
import signal
from typing import Any

import pytest

from tests.crash.children import Child
from tests.crash.harness import Stage

pytestmark = pytest.mark.crash


def shift(stage: Stage, life: str, **settings: Any) -> Child:
    return stage.server.start("shift", path=stage.store, life=life, settings=settings)


def after_a_death(stage: Stage) -> None:
    """Let the orchestrator die while its workers have tasks in hand, and all of those with it."""
    child = shift(stage, "die_busy")
    assert {child.line() for _ in range(4)} == {"a", "b", "bad", "busy"}
    child.signal(signal.SIGUSR1)
    child.wait()


def test_the_task_of_a_worker_that_was_killed_is_noticed_and_taken_up_by_another(stage: Stage) -> None:
    child = shift(stage, "hand_over")

    assert child.line() == "t"
    noticed = json.loads(child.line())
    assert child.line() == "t"
    taken_up = json.loads(child.line())

    assert noticed == ["in_progress", True, 1, 0]
    assert taken_up == ["completed", False, 2, 0]
    assert child.wait() == 0


def test_suspects_in_different_workers_run_one_at_a_time(stage: Stage) -> None:
    after_a_death(stage)
    child = shift(stage, "take_turns")
    pids = {}
    words = [child.line() for _ in range(3)]
    begun = next(word for word in words if word in ("a", "b"))
    pids["a"], pids["b"] = (int(word) for word in words if word != begun)

    assert child.lives_for(0.2)
    os.kill(pids[begun], signal.SIGUSR1)

    assert child.line() == {"a": "b", "b": "a"}[begun]
    os.kill(pids["b" if begun == "a" else "a"], signal.SIGUSR1)
    assert child.wait() == 0


def test_a_suspect_whose_death_lets_go_of_the_turn_lets_the_next_one_in(stage: Stage) -> None:
    after_a_death(stage)
    child = shift(stage, "take_turns")
    words = [child.line() for _ in range(3)]
    begun = next(word for word in words if word in ("a", "b"))
    pids = dict(zip(("a", "b"), (int(word) for word in words if word != begun), strict=True))

    os.kill(pids[begun], signal.SIGKILL)

    assert child.line() == {"a": "b", "b": "a"}[begun]
    os.kill(pids["b" if begun == "a" else "a"], signal.SIGUSR1)
    assert child.wait() == 0


def test_a_task_that_kills_its_workers_alone_is_quarantined_while_the_orchestrator_lives(stage: Stage) -> None:
    after_a_death(stage)
    child = shift(stage, "run_out", max_attempts=2)

    words = [child.line() for _ in range(6)]

    assert [words[0], words[2], words[4]] == ["bad", "bad", "TaskQuarantined"]
    assert [json.loads(word) for word in (words[1], words[3], words[5])] == [
        ["in_progress", True, 2, 1],
        ["quarantined", True, 3, 2],
        ["quarantined", True, 3, 2],
    ]
    assert child.wait() == 0


def test_a_task_that_kills_its_workers_is_suspected_and_quarantined_in_a_run_that_follows_no_death(
    stage: Stage,
) -> None:
    child = shift(stage, "run_out", max_attempts=2)

    words = [child.line() for _ in range(8)]

    assert words[::2] == ["bad", "bad", "bad", "TaskQuarantined"]
    assert [json.loads(word)[2:] for word in words[1::2]] == [[1, 0], [2, 1], [3, 2], [3, 2]]
    assert child.wait() == 0


def test_a_run_that_changes_no_call_suspects_nobody(stage: Stage) -> None:
    child = shift(stage, "wear_out", resume="report")

    words = [child.line() for _ in range(6)]

    assert words[::2] == ["bad", "bad", "bad"]
    assert [json.loads(word)[2:] for word in words[1::2]] == [[1, 0], [2, 0], [3, 0]]
    assert child.wait() == 0
