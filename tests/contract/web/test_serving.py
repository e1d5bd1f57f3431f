"""The API over a real socket: in the orchestrator's own thread, and as a process beside it."""

from __future__ import annotations

import errno
import os
import platform
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from jarvis_ctx import JarvisContextManager
from jarvis_ctx.web.app import create_app
from jarvis_ctx.web.subject import Within
from tests.contract.web.conftest import API, fill
from tests.faces.cli.processes import COMMAND, ROOT, jarvis_ctx

PAUSE = threading.Event()


def begun(manager: JarvisContextManager) -> dict[str, str]:
    """What the sidecar says of its API once that has begun, or failed."""
    while manager.api == {"url": "", "error": ""}:
        PAUSE.wait(0.01)
    return manager.api or {}


def bearer(store: Path) -> dict[str, str]:
    return {"Authorization": f"Bearer {(store / 'token').read_text().strip()}"}


@contextmanager
def served(store: Path, *options: str) -> Iterator[str]:
    """`jarvis-ctx serve` at a free port, and where that is."""
    command = [*COMMAND, "serve", "--path", str(store), "--port", "0", *options]
    environ = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": ""}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split(" is served at ")[1].strip()
        finally:
            process.terminate()


def test_a_sidecar_serves_itself_until_its_end(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False, serve=True, port=0) as manager:
        fill(manager)
        url = begun(manager)["url"]
        told = httpx.get(f"{url}{API}/status", headers=bearer(store_path)).json()

    assert (told["state"], told["tasks"]["total"]) == ("live", 5)
    assert told["api"] == {"url": url, "error": ""}
    with closing(socket.socket()) as probe:
        assert probe.connect_ex(("127.0.0.1", int(url.rsplit(":", 1)[1]))) != 0


def test_where_the_port_is_in_use_the_orchestrator_goes_on_and_health_says_so(store_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with JarvisContextManager(store_path, handle_signals=False, serve=True, port=port) as manager:
            told = begun(manager)
            manager.update_task_progress("task-1", {"description": "Captured all the same"})

            holder = f"{psutil.Process().name()}, process {os.getpid()}"
            said = f"The API cannot be served at 127.0.0.1:{port}: Address already in use by {holder}."
            assert told["error"] == said
            assert manager.status()["api"] == told
            assert manager.status()["tasks"]["total"] == 1


def test_a_sidecar_never_serves_beyond_its_machine(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False, serve=True, port=0, host="0.0.0.0") as manager:
        told = begun(manager)

    assert told["error"].startswith("'0.0.0.0' can be reached from other machines")


def test_flask_is_imported_only_where_the_api_is_served(tmp_path: Path) -> None:
    code = (
        "from jarvis_ctx import *; import sys; JarvisContextManager(sys.argv[1]).close(); print('flask' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code, tmp_path / "s"], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


def test_a_dead_store_is_served_by_a_process_of_its_own(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        fill(manager)

    with served(store_path) as url:
        told = httpx.get(f"{url}{API}/status", headers=bearer(store_path)).json()
        taken = httpx.post(f"{url}{API}/checkpoint", headers=bearer(store_path), json={"label": "as it ended"})

    assert (told["state"], told["tasks"]["total"]) == ("ended", 5)
    assert taken.json()["label"] == "as it ended"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives threads arenas of their own")
def test_all_threads_of_a_server_share_one_arena_of_memory(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        fill(manager)
    mine = psutil.Process()
    with served(store_path) as url:
        (command,) = [each for each in mine.children() if "serve" in each.cmdline()]
        with ThreadPoolExecutor(8) as askers:
            asked = [
                askers.submit(httpx.get, f"{url}{API}/timeline?limit=100", headers=bearer(store_path))
                for _ in range(80)
            ]
        servers = [command, *command.children(recursive=True)]

        assert {answer.result().status_code for answer in asked} == {200}
        assert max(server.num_threads() for server in servers) > 3
        assert [arena for server in servers for arena in arenas(server.pid)] == []


def arenas(pid: int) -> list[str]:
    """The arenas of `malloc` beside the first: 64 MiB each, of which what is not in use may not be touched."""
    lines = [line.split() for line in Path(f"/proc/{pid}/maps").read_text().splitlines()]
    maps = [(*_ends(line[0]), line[1]) for line in lines if len(line) == 5]
    used = {end: start for start, end, rights in maps if rights.startswith("rw")}
    return [
        hex(used[start])
        for start, end, rights in maps
        if rights.startswith("---") and start in used and end - used[start] == 64 * 2**20
    ]


def _ends(addresses: str) -> tuple[int, int]:
    start, end = addresses.split("-")
    return int(start, 16), int(end, 16)


def test_a_live_owner_is_asked_for_a_checkpoint_from_beside(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False) as manager, served(store_path) as url:
        fill(manager)
        taken = httpx.post(f"{url}{API}/checkpoint", headers=bearer(store_path), json={}, timeout=20)

        assert taken.status_code == 201
        assert manager.keeper.last is not None
        assert manager.keeper.last.id == taken.json()["id"]


def test_a_port_at_which_a_store_is_served_is_told_of_with_that_store_and_the_way_out(tmp_path: Path) -> None:
    JarvisContextManager(tmp_path / "store", handle_signals=False).close()
    with JarvisContextManager(tmp_path / "other", handle_signals=False, serve=True, port=0) as manager:
        port = begun(manager)["url"].rpartition(":")[2]

        other = jarvis_ctx("serve", "--path", "store", "--port", port, cwd=tmp_path)
        same = jarvis_ctx("serve", "--path", "other", "--port", port, cwd=tmp_path)

    assert f", which serves {tmp_path / 'other'}; use --port {int(port) % 65_535 + 1}." in other.stderr
    assert f"; this store is served already: jarvis-ctx dashboard --path {tmp_path / 'other'}." in same.stderr


def test_serving_where_somebody_listens_names_who(store_path: Path) -> None:
    JarvisContextManager(store_path, handle_signals=False).close()
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]

        done = jarvis_ctx("serve", "--path", store_path, "--port", port, cwd=store_path)

    assert done.returncode == 1
    assert f"process {os.getpid()}; use --port" in done.stderr


def test_serving_beyond_this_machine_must_be_asked_for(store_path: Path) -> None:
    JarvisContextManager(store_path, handle_signals=False).close()

    done = jarvis_ctx("serve", "--path", store_path, "--host", "0.0.0.0", cwd=store_path)

    assert done.returncode == 2
    assert "--allow-remote" in done.stderr


def test_without_its_libraries_the_api_names_what_to_install(store_path: Path) -> None:
    code = "import sys; sys.modules['flask'] = None; from jarvis_ctx.cli import main; main()"
    JarvisContextManager(store_path, handle_signals=False).close()

    done = subprocess.run(
        [sys.executable, "-c", code, "serve", "--path", store_path], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr == "Error: The API needs flask, which is not installed: pip install 'jarvis-ctx[web]'\n"


def test_a_debugging_variable_shows_nobody_the_inside(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with JarvisContextManager(store_path, handle_signals=False) as manager:
        app = create_app(Within(manager))

    assert not app.debug


def test_where_the_server_breaks_the_orchestrator_goes_on_and_health_says_so(
    store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("It broke.")

    monkeypatch.setattr("jarvis_ctx.web.embedded.Server.handle_one", broken)
    with JarvisContextManager(store_path, handle_signals=False, serve=True, port=0) as manager:
        url = begun(manager)["url"]
        with closing(socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])))):
            while not (manager.api or {}).get("error"):
                PAUSE.wait(0.01)
        manager.update_task_progress("task-1", {"description": "Captured all the same"})

        assert manager.status()["api"] == {"url": "", "error": "It broke."}
        assert manager.status()["tasks"]["total"] == 1


FORKED = """
import os, sys, time
from jarvis_ctx import JarvisContextManager
manager = JarvisContextManager(sys.argv[1], handle_signals=False, serve=True, port=0)
while not manager.api["url"]:
    time.sleep(0.01)
url = manager.api["url"]
if os.fork() == 0:
    print(url, flush=True)
    sys.stdin.read()
    os._exit(0)
os.kill(os.getpid(), 9)
"""


def test_a_child_that_outlives_the_orchestrator_does_not_keep_its_port(store_path: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-c", FORKED, str(store_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().rsplit(":", 1)[1])
        process.wait()

        with closing(socket.socket()) as probe:
            refused = probe.connect_ex(("127.0.0.1", port))

    assert refused == errno.ECONNREFUSED
