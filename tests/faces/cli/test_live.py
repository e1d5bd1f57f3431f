"""The command as a process, on a live store and on the same store after `kill -9`."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from jarvis_ctx.cli.exits import ExitCode
from jarvis_ctx.sidecar import JarvisContextManager
from tests.faces.cli.conftest import Call
from tests.faces.cli.processes import jarvis_ctx
from tests.unit.insight.dying import living
from tests.unit.insight.folders import listing


def test_a_live_store_is_shown_as_live_and_is_left_alone(tmp_path: Path) -> None:
    with living(tmp_path / "store", "reviewer") as child:
        child.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WNOWAIT)
        before = listing(tmp_path / "store")
        status = jarvis_ctx("status", "--check", "--json", "--path", "store", cwd=tmp_path)
        doctor = jarvis_ctx("doctor", "--path", "store", cwd=tmp_path)
        after = listing(tmp_path / "store")

    found = json.loads(status.stdout)
    assert (status.returncode, found["state"], found["pid"]) == (ExitCode.OK, "live", child.pid)
    assert (doctor.returncode, doctor.stderr) == (ExitCode.OK, "")
    assert after == before


def test_a_checkpoint_is_asked_of_the_live_owner_and_taken_here_once_it_is_dead(tmp_path: Path) -> None:
    with living(tmp_path / "store", "reviewer") as child:
        asked = jarvis_ctx("checkpoint", "--label", "noon", "--json", "--path", "store", cwd=tmp_path)
        child.send_signal(signal.SIGKILL)
        child.wait()
        taken = jarvis_ctx("checkpoint", "--label", "night", "--json", "--path", "store", cwd=tmp_path)

    first, second = json.loads(asked.stdout), json.loads(taken.stdout)
    assert (first["label"], first["asked"], second["label"], second["asked"]) == ("noon", True, "night", False)
    assert second["tasks"] == first["tasks"] == 6
    assert len(list((tmp_path / "store" / "checkpoints").glob("recovery_reviewer.*.pkl"))) == 3


def test_a_cleanup_is_asked_of_the_live_owner_which_goes_on(tmp_path: Path) -> None:
    with living(tmp_path / "store") as child:
        asked = jarvis_ctx("cleanup", "--yes", "--json", "--path", "store", cwd=tmp_path)
        status = json.loads(jarvis_ctx("status", "--json", "--path", "store", cwd=tmp_path).stdout)
        told = jarvis_ctx("timeline", "--json", "--path", "store", cwd=tmp_path).stdout

    assert (asked.returncode, json.loads(asked.stdout)["done"]) == (ExitCode.OK, True)
    assert (status["state"], status["pid"]) == ("live", child.pid)
    assert "RequestAnswered" in told


def test_what_no_drain_has_moved_yet_is_seen_from_outside(tmp_path: Path) -> None:
    with JarvisContextManager(tmp_path / "store", handle_signals=False, drain_interval=3600) as manager:
        manager.update_task_progress("task-1", {"percentage": 55})
        tasks = json.loads(jarvis_ctx("tasks", "--json", "--path", "store", cwd=tmp_path).stdout)
        status = json.loads(jarvis_ctx("status", "--json", "--path", "store", cwd=tmp_path).stdout)

    assert [(task["id"], task["percentage"]) for task in tasks] == [("task-1", 55)]
    assert status["lag"]["not_drained"] == 2


def test_status_turns_from_live_to_dead_when_the_process_is_killed(tmp_path: Path) -> None:
    with living(tmp_path / "store") as child:
        living_status = jarvis_ctx("status", "--path", "store", cwd=tmp_path)
        child.send_signal(signal.SIGKILL)
        child.wait()
        dead_status = jarvis_ctx("status", "--check", "--path", "store", cwd=tmp_path)

    assert living_status.stdout.startswith("jarvis runs since 20")
    assert dead_status.stdout.startswith("jarvis is dead: last heard of 20")
    assert dead_status.returncode == ExitCode.NOT_RUNNING


def test_an_offline_checkpoint_is_found_by_the_next_look(dead: Path, call: Call) -> None:
    printed = call("checkpoint", "--label", "before the upgrade", "--path", dead)

    status = json.loads(call("status", "--json", "--path", dead).stdout)

    assert printed.exit_code == 0
    assert "'before the upgrade'" in printed.stdout
    assert (status["checkpoint"]["label"], status["checkpoint"]["events_since"]) == ("before the upgrade", 0)
