"""Several orchestrators in one store: each may die and recover without harm to the others."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from jarvis_ctx.disk.filelock import holder
from jarvis_ctx.journal import read
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.sidecar.opening import DATABASE
from tests.crash import damage
from tests.crash.harness import Stage

pytestmark = pytest.mark.crash

AGES_AGO = 1_000_000_000


def test_no_acknowledged_call_is_lost_by_kills_of_several_orchestrators_of_one_store(stage: Stage) -> None:
    stages = [stage, stage.beside("reviewer"), stage.beside("builder")]

    for _ in range(3):
        children = [each.begin(threads=2) for each in stages]
        for each, child in zip(stages, children, strict=True):
            assert child.line() == "opened"
            each.kill_within(child, 0.06)

    for each in stages:
        verdicts = each.verify(whole=True)
        assert not verdicts.wrong()
        assert verdicts.checked.report is not None


def test_opening_a_store_sweeps_half_made_files_but_not_those_a_neighbour_may_be_making(store_path: Path) -> None:
    JarvisContextManager(store_path).close()
    left, young = store_path / "checkpoints" / ".left.tmp", store_path / "checkpoints" / ".young.tmp"
    for path in (left, young):
        path.write_text("half")
    os.utime(left, (AGES_AGO, AGES_AGO))

    JarvisContextManager(store_path, name="neighbour").close()

    assert not left.exists()
    assert young.exists()


def tasks_and_runs(store: Path, orchestrator: str) -> tuple[dict[str, float], int]:
    """What plain SQL finds: the percentages of its tasks, and how many runs it had."""
    connection = sqlite3.connect(store / DATABASE)
    try:
        named = (orchestrator,)
        rows = connection.execute("SELECT task_id, percentage FROM task_progress WHERE orchestrator = ?", named)
        runs = connection.execute("SELECT count(*) FROM runs WHERE orchestrator = ?", named)
        return dict(rows.fetchall()), runs.fetchone()[0]
    finally:
        connection.close()


def test_an_orchestrators_tasks_and_runs_are_in_the_tables_whoever_drains(store_path: Path) -> None:
    with (
        JarvisContextManager(store_path, name="draining") as first,
        JarvisContextManager(store_path, name="b") as second,
    ):
        first.flush()
        second.update_task_progress("t1", {"percentage": 40})

        second.flush()

        assert tasks_and_runs(store_path, "b") == ({"t1": 40.0}, 1)


def test_an_orchestrators_segments_are_archived_whoever_drains(store_path: Path) -> None:
    with (
        JarvisContextManager(store_path, name="draining") as first,
        JarvisContextManager(store_path, name="b", segment_bytes=4096) as second,
    ):
        first.flush()
        for half in range(2):
            for said in range(20):
                second.add_message("user", f"{half} {said} " + "x" * 300)
            second.checkpoint()

        second.add_message("user", "and one more")
        second.checkpoint()
        second.archiving.turn()

        assert list((store_path / "journal" / "archive").glob("b.*"))


def test_the_tables_have_the_tasks_of_a_run_that_died(stage: Stage) -> None:
    stage.write(calls=20, threads=1, settings={"drain_interval": 3600})

    assert not stage.verify(ending="kill").wrong()

    percentages, runs = tasks_and_runs(stage.store, "jarvis")
    assert (percentages["TaskProgressed-0-2"], runs) == (16.0, 2)


def test_a_database_that_was_lost_gets_back_the_tables_too(stage: Stage) -> None:
    stage.write(calls=20, threads=1)
    assert not stage.verify().wrong()
    before = tasks_and_runs(stage.store, "jarvis")
    assert before[0]
    damage.delete_database_and_log(stage.store)

    assert not stage.verify(ending="kill").wrong()

    percentages, runs = tasks_and_runs(stage.store, "jarvis")
    assert (percentages, runs) == (before[0], before[1] + 1)


def test_what_a_killed_holder_of_the_drain_role_left_is_drained_by_a_neighbour_that_lives_on(stage: Stage) -> None:
    first = stage.open(threads=1, calls=300)
    assert first.line() == "done"
    beside = stage.beside("reviewer")
    second = beside.open(threads=1, calls=1)
    assert holder(stage.store / "drain.lock") == first.pid

    first.kill()

    assert eventually(lambda: holder(stage.store / "drain.lock") == second.pid)
    assert eventually(lambda: events_of(stage.store, stage.name) == appended(stage.store, stage.name))
    second.kill()
    assert not stage.verify(whole=True).wrong()
    assert not beside.verify(whole=True).wrong()


def test_no_acknowledged_call_is_lost_by_kills_of_four_processes_of_eight_threads_each(stage: Stage) -> None:
    for _ in range(5):
        child = stage.open(threads=8, forks=3)
        child.lives_for(stage.random.uniform(0, 0.1))
        assert child.kill_group() == -9

    assert not stage.verify(whole=True).wrong(threads=32)


def eventually(look: Callable[[], bool]) -> bool:
    """Whether it is so, within 30 seconds."""
    pause = threading.Event()
    return any(look() or pause.wait(0.02) for _ in range(1500))


def events_of(store: Path, orchestrator: str) -> int:
    """How many events plain SQL finds."""
    connection = sqlite3.connect(store / DATABASE)
    try:
        found = connection.execute("SELECT count(*) FROM event_log WHERE orchestrator = ?", (orchestrator,))
        return int(found.fetchone()[0])
    finally:
        connection.close()


def appended(store: Path, orchestrator: str) -> int:
    """How many events its segments hold."""
    segments = [read.read_segment(path) for path in read.segment_files(store / "journal")]
    ours = [segment for segment in segments if segment.opening and segment.opening.orchestrator == orchestrator]
    return sum(len(segment.frames) for segment in ours)
