"""Workers of every kind take part in the run of the orchestrator that has started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jarvis_ctx.model.ids import RunId, TaskId
from jarvis_ctx.model.task import TaskRecord
from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash.children import ROOT

pytestmark = pytest.mark.crash
WAYS = [
    "fork",
    "process-fork",
    "process-spawn",
    "process-forkserver",
    "pool-fork",
    "pool-spawn",
    "pool-forkserver",
    "executor-fork",
    "executor-spawn",
    "executor-forkserver",
    "subprocess",
]


def runs_of(task: TaskRecord) -> set[RunId]:
    return {attempt.run for attempt in task.attempts.values()}


@contextmanager
def team(store: Path, way: str) -> Iterator[subprocess.Popen[str]]:
    """The program, killed at the end if it is not dead."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    command = [sys.executable, "-m", "tests.crash.team", str(store), way]
    with subprocess.Popen(
        command, cwd=store.parent, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[JarvisContextManager, str, str]:
    """The run after one in which every kind of worker did its tasks; and what those said."""
    store = tmp_path_factory.mktemp("team") / "store"
    with team(store, "all") as process:
        said, errors = process.communicate(timeout=120)
    with JarvisContextManager(store, name="team", resume="skip") as successor:
        return successor, said, errors


@pytest.mark.parametrize("way", WAYS)
def test_what_a_worker_was_told_had_returned_is_there_after_its_orchestrator_was_killed(
    finished: tuple[JarvisContextManager, str, str], way: str
) -> None:
    successor, said, _ = finished
    known = successor.journal.writer.state.tasks

    tasks = [known.get(TaskId(f"{way}-{number}")) for number in range(2)]

    assert {f"done {way}-0", f"done {way}-1"} <= set(said.split("\n"))
    assert [task is not None and task.done for task in tasks] == [True, True]
    assert {run for task in tasks if task for run in runs_of(task)} == {successor.run.chain}


@pytest.mark.parametrize("way", WAYS)
def test_what_a_worker_has_done_is_in_the_orchestrators_own_view(
    finished: tuple[JarvisContextManager, str, str], way: str
) -> None:
    _, said, _ = finished

    assert {f"seen {way}-0", f"seen {way}-1"} <= set(said.split("\n"))


@pytest.mark.parametrize("way", ["hand-over-fork", "hand-over-spawn", "broken-executor"])
def test_a_step_that_its_workers_death_left_in_doubt_is_asked_about_by_the_worker_that_takes_over(
    finished: tuple[JarvisContextManager, str, str], way: str
) -> None:
    _, said, _ = finished

    lines = [line for line in said.split("\n") if line.endswith(f"sent-{way}")]

    assert [line.rpartition(" ")[0] for line in lines] == ["sent", "asked about", "done", "seen"]


def test_no_worker_goes_uncaptured_or_begins_a_run_of_its_own(
    finished: tuple[JarvisContextManager, str, str],
) -> None:
    successor, _, errors = finished

    assert "NOT captured" not in errors
    assert [run.epoch for run in successor.runs()] == [1, 2]
    assert successor.recovery_report is not None
    assert successor.recovery_report.events_lost == {}


def test_a_spawned_orphan_is_refused_once_its_orchestrators_successor_has_begun(store_path: Path) -> None:
    with team(store_path, "orphan") as process:
        assert process.stdout is not None
        orphan = int(process.stdout.readline())
        process.kill()
        process.wait()

        with JarvisContextManager(store_path, name="team") as successor:
            os.kill(orphan, signal.SIGUSR1)
            assert process.stdout.readline() == "Fenced\n"
            assert list(successor.journal.writer.state.tasks) == ["before"]


def test_an_orphan_that_has_not_begun_yet_does_not_become_the_orchestrator(store_path: Path) -> None:
    with team(store_path, "latecomer") as process:
        assert process.stdout is not None
        orphan = int(process.stdout.readline())
        process.kill()
        process.wait()

        os.kill(orphan, signal.SIGUSR1)

        assert process.stdout.readline() == "NotTheOwner\n"
    with JarvisContextManager(store_path, name="team") as successor:
        assert successor.run.epoch == 2


def test_an_orphan_that_has_not_begun_yet_does_not_work_uncaptured_beside_its_orchestrators_successor(
    store_path: Path,
) -> None:
    with team(store_path, "latecomer") as process:
        assert process.stdout is not None
        orphan = int(process.stdout.readline())
        process.kill()
        process.wait()

        with JarvisContextManager(store_path, name="team"):
            os.kill(orphan, signal.SIGUSR1)

            assert process.stdout.readline() == "NotTheOwner\n"
