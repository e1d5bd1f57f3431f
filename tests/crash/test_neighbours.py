"""Several orchestrators in one store: each may die and recover without harm to the others."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

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
