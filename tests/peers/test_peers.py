"""The kills of the comparison are real, and what it says of them is what the notes say."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.peers.lives import ROOT, Failed, Lives
from tests.peers.peer import PEERS
from tests.peers.table import Played, Run, section
from tests.peers.verdict import judge
from tests.peers.world import STEPS, outcome

OURS = next(peer for peer in PEERS if peer.ours)
DONE = [outcome(1, step) for step in range(STEPS)]


def at_work(notes: Path, playing: subprocess.Popen[bytes]) -> None:
    """Wait for a program that plays to be at work; one that is not within a minute is ended."""
    until = time.monotonic() + 60
    while not notes.exists() or b"at work" not in notes.read_bytes():
        if playing.poll() is not None or time.monotonic() > until:
            playing.kill()
            pytest.fail("no program came to be at work")
        os.sched_yield()


@pytest.mark.crash
def test_a_killed_program_begins_again_where_it_was(tmp_path: Path) -> None:
    kills: list[bool] = []
    lives = Lives(OURS, tmp_path / "work", last=0.1)

    lives.live([0.3], lambda: kills.append(True))

    found = judge(lives.notes(), kills=1)
    assert (len(kills), found.explained) == (1, 1)
    assert found.acknowledged >= STEPS
    assert (found.lost, found.unfinished, found.wrong) == (0, 0, 0)


@pytest.mark.crash
def test_ctrl_c_ends_every_life_and_leaves_nothing_running(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.peers", "--only", OURS.name, "--kills", "1", "--keep", str(tmp_path)]
    notes = tmp_path / OURS.name / "notes.jsonl"
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}) as playing:
        at_work(notes, playing)
        begun = psutil.Process(playing.pid).children(recursive=True)
        playing.send_signal(signal.SIGINT)

    assert (playing.returncode, psutil.wait_procs(begun, timeout=20)[1]) == (130, [])


@pytest.mark.crash
def test_a_program_that_ends_by_itself_is_not_counted_as_killed(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "store").touch()

    with pytest.raises(Failed, match="FileExistsError"):
        Lives(OURS, tmp_path / "work").live([0.3], lambda: None)


def test_a_kept_step_that_is_done_again_is_lost_and_one_cut_off_is_only_done_twice() -> None:
    first = [[0.0, "life"], [1.0, "began", 1, 0], [2.0, "effect", 1, 0], [2.1, "kept", 1, 0]]
    cut = [[3.0, "began", 1, 1], [3.5, "effect", 1, 1], [4.0, "life"]]
    again = [[5.0 + step, what, 1, step] for step in (0, 1) for what in ("began", "effect", "kept")]

    found = judge([*first, *cut, *again, [9.0, "through", 1, DONE]], kills=1)

    assert (found.acknowledged, found.lost, found.twice) == (2, 1, 2)
    assert (found.seconds_lost, found.most_lost) == (1.5, 1.5)
    assert (found.unfinished, found.wrong, found.explained) == (0, 0, 0)


def test_a_task_without_an_end_and_one_with_other_results_are_seen() -> None:
    began = [[1.0, "began", task, 0] for task in (1, 2)]

    found = judge([[0.0, "life"], *began, [2.0, "through", 1, DONE[1:]]], kills=0)

    assert (found.tasks, found.unfinished, found.wrong) == (2, 1, 1)


def test_one_that_was_not_played_stands_in_the_table_with_its_reason() -> None:
    played = {"dbos": Played(version="", reason="dbos is not installed")}

    lines = list(section(played, Run(seed=1, kills=2, shortest=2, longest=40, machine={})))

    assert "| DBOS on SQLite | – | – | – | – | not played: dbos is not installed | – |" in lines
