"""`jarvis-ctx token` and `jarvis-ctx run --serve` as a person uses them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from jarvis_ctx.clock import SystemClock
from jarvis_ctx.sidecar import JarvisContextManager
from jarvis_ctx.web.tokens import Tokens
from tests.faces.cli.conftest import Call
from tests.faces.cli.processes import COMMAND, ROOT, jarvis_ctx

PAUSE = threading.Event()
STATUS = "/api/jarvis/context/status"
PROGRAM = """
import os, time
from jarvis_ctx import JarvisContextManager
manager = JarvisContextManager(handle_signals=False)
manager.update_task_progress("task-1", {"description": "Read"})
if manager.run.epoch == 1:
    while not os.path.exists("enough"):
        time.sleep(0.01)
    os.kill(os.getpid(), 9)
time.sleep(60)
"""


@pytest.fixture
def store(store_path: Path) -> Path:
    JarvisContextManager(store_path, handle_signals=False).close()
    return store_path


def test_the_first_token_is_shown_and_stays(store: Path, call: Call) -> None:
    shown = [call("token", "show", "--path", store).stdout.strip() for _ in range(2)]

    assert len(set(shown)) == 1
    assert Tokens(store, SystemClock()).check(shown[0]) is not None


def test_tokens_are_added_listed_and_revoked(store: Path, call: Call) -> None:
    added = call(
        "token", "add", "--scope", "write", "--expires", "30d", "--label", "grafana", "--json", "--path", store
    )
    made = json.loads(added.stdout)
    listed = json.loads(call("token", "list", "--json", "--path", store).stdout)
    revoked = call("token", "revoke", "grafana", "--path", store)

    assert listed == [{name: value for name, value in made.items() if name != "token"}]
    assert (made["scope"], made["state"]) == ("write", "valid")
    assert revoked.stdout == f"Token {made['id']} is revoked.\n"
    assert "revoked" in call("token", "list", "--path", store).stdout


def test_rotating_prints_the_new_one_and_ends_the_old_one(store: Path, call: Call) -> None:
    old = call("token", "show", "--path", store).stdout.strip()

    new = call("token", "rotate", "--path", store).stdout.strip()

    tokens = Tokens(store, SystemClock())
    assert (tokens.check(old), tokens.check(new) is not None) == (None, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("revoke", "nobody"), "There is no token 'nobody'"),
        (("add", "--expires", "soon"), "'soon' is not like 90s, 10m, 12h or 30d"),
        (("add", "--scope", "root"), "'root' is not one of"),
    ],
)
def test_a_wrong_argument_is_one_sentence(store: Path, call: Call, arguments: tuple[str, ...], said: str) -> None:
    result = call("token", *arguments, "--path", store)

    assert result.exit_code == 2
    assert said in result.stderr


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    environ = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": "/usr/bin:/bin", "JARVIS_SERVE": "true"}
    command = [*COMMAND, "run", "--serve", "127.0.0.1:0", *arguments]
    with subprocess.Popen(command, cwd=folder, env=environ, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.communicate()


def test_a_supervised_orchestrator_is_served_before_during_and_after_its_death(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    with running(tmp_path, "--", COMMAND[0], "program.py") as supervisor:
        assert supervisor.stderr is not None
        url = next(line for line in supervisor.stderr if " is served at " in line).split(" is served at ")[1].strip()
        token = (tmp_path / "memory/context/jarvis/token").read_text().strip()
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client:
            while not (first := client.get(STATUS).json())["tasks"]["total"]:
                PAUSE.wait(0.1)
            (tmp_path / "enough").touch()
            while (second := client.get(STATUS).json())["run"]["epoch"] == 1 or not second["last_end"].get("cause"):
                PAUSE.wait(0.1)

    assert (first["state"], first["run"]["epoch"], first["tasks"]["total"]) == ("live", 1, 1)
    assert second["last_end"]["cause"] == "killed"


def test_a_port_in_use_is_told_of_once_with_its_holder_and_served_at_when_it_is_free(store: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        command = [*COMMAND, "serve", "--wait", "--path", str(store), "--port", str(port)]
        environ = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        refused = process.stderr.readline()

    with process:
        served = process.stderr.readline()
        process.terminate()

    holding, another = f"{psutil.Process().name()}, process {os.getpid()}", f"--serve 127.0.0.1:{port % 65_535 + 1}"
    assert f"Address already in use by {holding}; use {another}. It is tried again" in refused
    assert f"is served at http://127.0.0.1:{port}" in served


def test_serving_it_anywhere_but_here_is_refused(tmp_path: Path) -> None:
    done = jarvis_ctx("run", "--serve", "0.0.0.0:3004", "--", "true", cwd=tmp_path)

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "can be reached from other machines" in done.stderr
