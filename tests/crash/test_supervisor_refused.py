"""A supervisor that is refused changes nothing: neither the record of whom the last one watched, nor who runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis_ctx.liveness import supervised
from tests.crash.harness import Stage
from tests.crash.supervising import MORTAL, Watch, Watched

pytestmark = pytest.mark.crash


@pytest.fixture
def left(watch: Watch, stage: Stage) -> Watched:
    """A command that runs, whose supervisor was killed."""
    watched = watch(stage.store, [*MORTAL, "wait"])
    watched.begun()
    watched.supervisor.kill()
    return watched


def stderr_of(store: Path) -> Path:
    return store / "supervised-jarvis.stderr"


def test_a_command_left_behind_can_be_adopted_after_a_refusal(watch: Watch, stage: Stage, left: Watched) -> None:
    refused = watch(stage.store, [*MORTAL, "wait"]).said("LeftRunning")

    adopted = watch(stage.store, [*MORTAL, "wait"], adopt=True).said("adopted")

    assert refused["pid"] == adopted["pid"] == left.pid
    assert stderr_of(stage.store).exists()


def test_it_is_refused_as_often_as_it_is_tried(watch: Watch, stage: Stage, left: Watched) -> None:
    before = supervised.read(stage.store, "jarvis")

    refused = [watch(stage.store, [*MORTAL, "wait"]).said("LeftRunning", "started")["pid"] for _ in range(2)]

    assert refused == [left.pid, left.pid]
    assert supervised.read(stage.store, "jarvis") == before


def test_a_second_supervisor_leaves_the_first_one_s_record(watch: Watch, stage: Stage) -> None:
    watched = watch(stage.store, [*MORTAL, "wait"])
    watched.begun()

    watch(stage.store, [*MORTAL, "wait"], adopt=True).said("AlreadySupervised")

    record = supervised.read(stage.store, "jarvis")
    assert record is not None
    assert (record.child and record.child.pid, record.over) == (watched.pid, False)


@pytest.mark.parametrize("adopt", [False, True])
def test_a_command_that_does_not_exist_leaves_the_record_of_the_last_one(
    watch: Watch, stage: Stage, adopt: bool
) -> None:
    watch(stage.store, ["sh", "-c", "exit 3"], restart="never").over()
    before = supervised.read(stage.store, "jarvis")

    watch(stage.store, ["no-such-program"], adopt=adopt).said("CommandNotStarted")

    assert before is not None
    assert supervised.read(stage.store, "jarvis") == before
    assert not stderr_of(stage.store).exists()


def test_where_there_is_nobody_to_adopt_it_is_started_and_the_deaths_before_are_kept(
    watch: Watch, stage: Stage
) -> None:
    watch(stage.store, ["sh", "-c", "exit 3"], restart="never").over()

    watch(stage.store, ["sh", "-c", "exit 4"], restart="never", adopt=True).over()

    record = supervised.read(stage.store, "jarvis")
    assert record is not None
    assert [death.exit_code for death in record.deaths] == [3, 4]
