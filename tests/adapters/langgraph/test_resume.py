"""A graph whose process is killed goes on where it was, and does nothing twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jarvis_ctx.adapters.langgraph import JarvisSaver
from tests.adapters.langgraph.mortal import NODES

ROOT = Path(__file__).parents[3]


def lived(folder: Path, saver: str, death: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return ran("mortal", str(folder), saver, death, **environ)


def ran(program: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"tests.adapters.langgraph.{program}", *arguments]
    given = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", **environ}
    return subprocess.run(command, env=given, capture_output=True, text=True, check=False, timeout=120)


def effects(folder: Path) -> list[str]:
    return (folder / "effects").read_text().split()


@pytest.mark.crash
@pytest.mark.parametrize("death", ["put:3", "writes:2", "effect:2"])
def test_a_graph_killed_anywhere_in_a_superstep_goes_on_and_has_each_effect_once(tmp_path: Path, death: str) -> None:
    died = lived(tmp_path, "jarvis", death)

    went_on = lived(tmp_path, "jarvis", "none")

    assert died.returncode == -9
    assert went_on.stdout.split("\n")[:2] == ["carried on", "fetch judge write"], went_on.stderr
    assert effects(tmp_path) == list(NODES)


@pytest.mark.crash
def test_with_the_saver_that_langgraph_ships_the_same_kill_has_the_effect_twice(tmp_path: Path) -> None:
    died = lived(tmp_path, "sqlite", "put:3")

    went_on = lived(tmp_path, "sqlite", "none")

    assert (died.returncode, went_on.returncode) == (-9, 0)
    assert effects(tmp_path) == ["fetch", *NODES]


@pytest.mark.crash
def test_a_thread_in_flight_at_too_many_deaths_is_quarantined_and_the_report_says_so(tmp_path: Path) -> None:
    for _ in range(2):  # The first makes it a suspect, the second finds it alone.
        assert lived(tmp_path, "jarvis", "effect:1", JARVIS_MAX_ATTEMPTS="1").returncode == -9

    left = lived(tmp_path, "jarvis", "none", JARVIS_MAX_ATTEMPTS="1")

    with JarvisSaver(tmp_path / "store") as saver:
        report = saver.manager.insight.report()
    assert left.stdout.startswith("quarantined\n"), left.stderr
    assert report is not None
    assert [(line.thread, line.outcome) for line in report.threads] == [("report", "quarantined")]


@pytest.mark.crash
def test_a_thread_carried_on_leaves_the_steps_of_another_whose_name_begins_like_its_own(tmp_path: Path) -> None:
    died = ran("neighbours", str(tmp_path), "die")

    went_on = ran("neighbours", str(tmp_path), "none")

    assert died.returncode == 9, died.stderr
    assert sorted(went_on.stdout.strip().split(", ")) == ["a/b: carried on", "a: carried on"], went_on.stderr
    assert sorted(effects(tmp_path)) == ["a", "a/b"]
