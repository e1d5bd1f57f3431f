"""A run that was stopped, lost its lock and was overtaken is refused when it wakes up, and harms nothing."""

from __future__ import annotations

import json
import socket

import pytest

from jarvis_ctx.liveness.runfile import RunFile
from jarvis_ctx.model.run import RunRecord
from tests.crash.calls import Token
from tests.crash.harness import Stage
from tests.crash.roles import LATE

pytestmark = pytest.mark.crash


def test_a_stopped_run_that_was_overtaken_is_refused_before_it_acknowledges(stage: Stage) -> None:
    stale = stage.stopped()
    successor = stage.open(calls=10)
    assert successor.line() == "done"

    stale.go_on()

    assert stale.line() == "Fenced 1 2"
    assert stale.wait() == 0
    assert str(Token(1, 0, LATE)) in stage.said().open
    successor.kill()
    verdicts = stage.verify()
    assert not verdicts.wrong()
    assert str(Token(1, 0, LATE)) not in verdicts.told


def test_what_an_overtaken_run_leaves_is_in_no_later_run_either(stage: Stage) -> None:
    stale = stage.stopped()
    successor = stage.open(calls=10)
    successor.kill()
    stale.go_on()
    assert stale.line() == "Fenced 1 2"
    assert stale.wait() == 0

    for ending in ("kill", "close"):
        verdicts = stage.verify(ending=ending, whole=True)

        assert not verdicts.wrong()
        assert str(Token(1, 0, LATE)) not in verdicts.told


def test_an_overtaken_run_does_not_write_over_the_record_of_its_successor(stage: Stage) -> None:
    stale = stage.stopped()
    successor = stage.open(calls=1)

    stale.go_on()
    stale.wait()

    run = RunFile(stage.store, "jarvis").read()
    assert isinstance(run, RunRecord)
    assert (run.epoch, run.process.pid, run.ended) == (2, successor.pid, None)


def test_a_stopped_run_that_kept_its_lock_is_not_overtaken(stage: Stage) -> None:
    stopped = stage.stopped(accident=False)

    second = stage.server.start("open_twice", path=stage.store)

    refused = json.loads(second.line())
    assert refused["error"] == "AlreadyRunning"
    assert (refused["pid"], refused["host"]) == (stopped.pid, socket.gethostname())
    stopped.go_on()
    assert stopped.line() == "acknowledged"
    assert stopped.wait() == 0
    assert not stage.verify().wrong()
