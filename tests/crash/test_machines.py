"""Deaths are detected across boots, containers and reused process ids, and none is imagined: real ones, as root."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jarvis_ctx.errors import AlreadyRunning
from jarvis_ctx.liveness.runfile import RunFile
from jarvis_ctx.sidecar import JarvisContextManager
from tests.crash.children import ROOT
from tests.unit.journal.build import wait_until

CONTAINER = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
LIFE = [sys.executable, "-m", "tests.crash.life"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
AGAIN = int(os.environ.get("CRASH_ROUNDS", "1"))
"""How often each test is made."""


def containers_can_be_made() -> bool:
    try:
        return subprocess.run([*CONTAINER, "true"], capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


pytestmark = [
    pytest.mark.crash,
    pytest.mark.skipif(not containers_can_be_made(), reason="no pid namespace can be made here (it takes root)"),
    pytest.mark.parametrize("again", range(AGAIN)),
]


def said(command: list[str]) -> list[Any]:
    """What the lives of a command say, a line each."""
    done = subprocess.run(command, env=ENVIRONMENT, cwd=ROOT, capture_output=True, text=True, timeout=60)
    return [json.loads(line) for line in done.stdout.splitlines()] or [done.stderr]


def life(store: Path, ending: str, *within: str) -> Any:
    return said([*within, *LIFE, str(store), ending])[0]


def test_a_run_with_the_process_id_of_the_one_before_knows_whether_that_died(store_path: Path, again: int) -> None:
    lives = "for ending in die close close; do echo 100 > /proc/sys/kernel/ns_last_pid; {} $ending; done"
    script = lives.format(" ".join([*LIFE, str(store_path)]))

    assert said([*CONTAINER, "bash", "-c", script]) == [[101, 1, None], [101, 2, "killed"], [101, 3, None]]


def test_an_unrelated_process_with_the_id_of_a_dead_one_is_not_taken_for_it(store_path: Path, again: int) -> None:
    script = (
        f"echo 100 > /proc/sys/kernel/ns_last_pid; {' '.join([*LIFE, str(store_path)])} die; "
        "echo 100 > /proc/sys/kernel/ns_last_pid; sleep 60 & "
        f"echo $!; {' '.join([*LIFE, str(store_path)])} close; kill $!"
    )

    (first, other, second) = said([*CONTAINER, "bash", "-c", script])

    assert (first[0], other) == (101, 101)
    assert second[1:] == [2, "killed"]


def test_after_another_boot_a_death_is_a_power_loss_and_a_clean_end_is_none(
    store_path: Path, tmp_path: Path, again: int
) -> None:
    (tmp_path / "boot_id").write_text("11111111-2222-3333-4444-555555555555\n")
    mount = f"mount --bind {tmp_path / 'boot_id'} /proc/sys/kernel/random/boot_id"
    rebooted = ["unshare", "--mount", "bash", "-c", f'{mount} && exec "$@"', "-"]

    lives = [life(store_path, "die"), life(store_path, "close", *rebooted), life(store_path, "close")]

    assert [each[1:] for each in lives] == [[1, None], [2, "power-loss"], [3, None]]


def test_process_1_of_one_container_is_not_taken_for_process_1_of_the_next(store_path: Path, again: int) -> None:
    lives = [life(store_path, ending, *CONTAINER) for ending in ("die", "close", "close")]

    assert lives == [[1, 1, None], [1, 2, "killed"], [1, 3, None]]


def test_a_run_that_lives_in_another_container_is_not_taken_for_dead(store_path: Path, again: int) -> None:
    command = [*CONTAINER, *LIFE, str(store_path), "wait"]
    with subprocess.Popen(command, env=ENVIRONMENT, cwd=ROOT, stdout=subprocess.PIPE, text=True) as living:
        assert living.stdout is not None
        assert json.loads(living.stdout.readline()) == [1, 1, None]

        beside = life(store_path, "close", *CONTAINER)
        with pytest.raises(AlreadyRunning):
            JarvisContextManager(store_path)
        living.send_signal(signal.SIGKILL)
        wait_until(lambda: RunFile(store_path, "jarvis").live is None)

    assert "'jarvis' already runs" in beside
    assert "as process 1 on" in beside
    with JarvisContextManager(store_path) as successor:
        assert successor.recovery_report is not None
        assert RunFile(store_path, "jarvis").live == os.getpid()
