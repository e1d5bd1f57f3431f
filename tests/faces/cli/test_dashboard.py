"""`jarvis-ctx dashboard` as a person uses it, up to the link that the browser opens."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import httpx

from jarvis_ctx import JarvisContextManager
from tests.faces.cli.conftest import Call
from tests.faces.cli.processes import COMMAND, ROOT

PAUSE = threading.Event()


def log_in(said: str) -> int:
    """What the server answers a browser that comes with the link."""
    url, _, secret = said.strip().rpartition(" ")[2].partition("/login#link=")
    return httpx.post(f"{url}/login", json={"link": secret}).status_code


def test_a_served_store_is_found_at_whatever_port(store_path: Path, call: Call) -> None:
    with JarvisContextManager(store_path, handle_signals=False, serve=True, port=0) as manager:
        while not (manager.api or {})["url"]:
            PAUSE.wait(0.01)
        while (shown := call("dashboard", "--no-serve", "--path", store_path)).exit_code:
            PAUSE.wait(0.01)  # It is written down in a moment.

        assert manager.api is not None
        assert f"once: {manager.api['url']}/login#link=" in shown.stdout
        assert log_in(shown.stdout) == 204
    assert call("dashboard", "--no-serve", "--path", store_path).exit_code == 1


def test_without_a_server_one_sentence_says_what_would_serve_it(store_path: Path, call: Call) -> None:
    JarvisContextManager(store_path, handle_signals=False).close()

    refused = call("dashboard", "--no-serve", "--path", store_path)

    assert refused.stderr == (
        f"Error: Nobody serves 'jarvis' of {store_path}; `jarvis-ctx dashboard` without --no-serve does.\n"
    )


def test_a_port_that_another_has_is_no_obstacle(store_path: Path) -> None:
    JarvisContextManager(store_path, handle_signals=False).close()
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        taken = str(other.getsockname()[1])
        command = [*COMMAND, "dashboard", "--no-open", "--path", str(store_path)]
        environ = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "JARVIS_PORT": taken}
        with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said = process.stdout.readline()
            answered = log_in(said)
            process.terminate()

    assert answered == 204
    assert f":{taken}/" not in said
