"""What runs beside a command is kept running."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import pytest

from jarvis_ctx.errors import CommandNotStarted
from jarvis_ctx.supervisor.beside import PAUSE, Beside
from jarvis_ctx.supervisor.child import Reaper, Status

SERVE = ("serve", "--port", "3004")


class Machine:
    """Starts nothing, and says which processes have ended."""

    def __init__(self) -> None:
        self.started: list[tuple[str, ...]] = []
        self.ended: dict[int, Status] = {}
        self.error: CommandNotStarted | None = None

    def start(self, command: tuple[str, ...], environ: Any, *, written_down: Callable[[int], Any], **_: Any) -> int:
        if self.error is not None:
            raise self.error
        self.started.append(command)
        written_down(len(self.started))
        return len(self.started)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr("jarvis_ctx.supervisor.beside.start", machine.start)
    monkeypatch.setattr(Reaper, "status", lambda self, pid: machine.ended.get(pid))
    return machine


def test_it_is_started_once_and_again_a_while_after_it_has_ended(machine: Machine) -> None:
    said: list[str] = []
    beside = Beside([SERVE], {}, Reaper(), lambda command, why: said.append(why))
    for now in (0.0, 1.0):
        beside.tend(now)

    machine.ended[1] = Status(exit_code=5)
    for now in (2.0, 2.0 + PAUSE / 2, 2.1 + PAUSE):
        beside.tend(now)

    assert (machine.started, beside.pids) == ([SERVE, SERVE], {2})
    assert said == ["It ended (exit code 5)."]


def test_one_that_cannot_be_started_is_tried_again_and_told_of_once(machine: Machine) -> None:
    said: list[str] = []
    machine.error = CommandNotStarted(command="serve", reason="there is no such program", missing=errno.ENOENT)
    beside = Beside([SERVE], {}, Reaper(), lambda command, why: said.append(why))
    for now in (0.0, PAUSE, 2 * PAUSE):
        beside.tend(now)

    machine.error = None
    beside.tend(3 * PAUSE)

    assert said == ["The command 'serve' cannot be started: there is no such program."]
    assert machine.started == [SERVE]


def test_once_it_is_over_an_end_is_neither_told_nor_made_up_for(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr("jarvis_ctx.supervisor.beside.os.kill", lambda pid, what: None)
    beside = Beside([SERVE], {}, Reaper(), lambda command, why: said.append(why))
    beside.tend(0.0)

    beside.end()
    machine.ended[1] = Status(exit_code=0)
    for now in (1.0, 2 * PAUSE):
        beside.tend(now)

    assert (machine.started, said) == ([SERVE], [])
