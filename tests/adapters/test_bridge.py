"""CallbackBridge binds a framework that has no adapter of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx import durable_step
from jarvis_ctx.adapters.bridge import CallbackBridge
from jarvis_ctx.model.state import State
from tests.adapters.crew import (
    Agent,
    AgentExecutionStartedEvent,
    Bus,
    Task,
    TaskCompletedEvent,
    TaskFailedEvent,
    TaskStartedEvent,
)

ROOT = Path(__file__).parents[2]
TASK = Task("t-1", "write the report", Agent("writer"))


@pytest.fixture
def bridge(store_path: Path) -> Iterator[CallbackBridge]:
    with CallbackBridge(store_path) as made:
        yield made


@pytest.fixture
def bus(bridge: CallbackBridge) -> Bus:
    """A crew's bus, bound."""
    bus, manager = Bus(), bridge.manager
    agents = bridge.tells(
        manager.update_agent_state, lambda _, event: {"agent_id": event.agent_role, "state": "working"}
    )
    started = bridge.tells(
        bridge.task_started,
        lambda _, event: {
            "task_id": event.task.id,
            "description": event.task.description,
            "agent": event.task.agent.role,
        },
    )
    ended = bridge.tells(bridge.task_finished, lambda _, event: {"task_id": event.task.id, "result": event.output})
    failed = bridge.tells(bridge.task_failed, lambda _, event: {"task_id": event.task.id, "error": event.error})
    bus.on(AgentExecutionStartedEvent)(agents)
    bus.on(TaskStartedEvent)(started)
    bus.on(TaskCompletedEvent)(ended)
    bus.on(TaskFailedEvent)(failed)
    return bus


def state(bridge: CallbackBridge) -> State:
    return bridge.manager.journal.writer.state


def gathered(folder: Path, *death: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.adapters.gathering", str(folder), *death]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_what_a_crew_does_is_told_from_its_event_bus(bridge: CallbackBridge, bus: Bus) -> None:
    bus.emit(None, AgentExecutionStartedEvent("writer"))
    bus.emit(None, TaskStartedEvent(TASK))
    begun = state(bridge).tasks["t-1"]
    bus.emit(None, TaskCompletedEvent(TASK, "a report"))
    ended = state(bridge).tasks["t-1"]

    assert (begun.status, begun.agent, begun.description) == ("in_progress", "writer", "write the report")
    assert (ended.status, [attempt.result for attempt in ended.attempts.values()]) == ("completed", ["a report"])
    assert state(bridge).agents["writer"].status == "working"


def test_a_task_that_failed_may_begin_again_and_end_with_what_cannot_be_stored(
    bridge: CallbackBridge, bus: Bus
) -> None:
    bus.emit(None, TaskStartedEvent(TASK))
    bus.emit(None, TaskFailedEvent(TASK, "no paper"))
    failed = state(bridge).tasks["t-1"]
    bus.emit(None, TaskStartedEvent(TASK))
    bus.emit(None, TaskCompletedEvent(TASK, object()))

    ended = state(bridge).tasks["t-1"]
    assert (failed.status, ended.status) == ("failed", "completed")
    assert [str(attempt.result)[:8] for attempt in list(ended.attempts.values())[1:]] == ["<object "]


def test_an_end_whose_beginning_nobody_told_of_is_an_end(bridge: CallbackBridge) -> None:
    bridge.task_finished("t-1")
    bridge.task_failed("t-2", ValueError("no"))

    assert {task.id: task.status for task in state(bridge).tasks.values()} == {"t-1": "completed", "t-2": "failed"}


def test_a_callback_harms_nobody_and_what_it_could_not_tell_is_counted(bridge: CallbackBridge) -> None:
    other_shape = bridge.tells(bridge.task_started, lambda event: {"task_id": event.task.id})
    no_name = bridge.tells(bridge.task_started, lambda event: {"task_id": ""})
    nothing = bridge.tells(bridge.task_started, lambda event: None)

    for callback in (other_shape, no_name, nothing):
        callback(object())

    assert bridge.manager.failures.total == 2
    assert state(bridge).tasks == {}


def test_a_step_within_a_call_is_kept_and_the_call_returns_what_it_did(bridge: CallbackBridge) -> None:
    def work(number: int) -> Any:
        return durable_step("double", lambda: number * 2)

    assert bridge.run("work", work, 4, task_id="t") == 8
    assert state(bridge).tasks["t"].status == "completed"


@pytest.mark.crash
def test_a_task_group_that_was_killed_does_not_do_again_what_had_ended(tmp_path: Path) -> None:
    killed = gathered(tmp_path, "b")
    again = gathered(tmp_path)

    assert killed.returncode == -signal.SIGKILL
    assert again.stdout.split() == ["A", "B", "C"], again.stderr
    assert (tmp_path / "effects").read_text().split() == ["a", "b", "b", "c"]
