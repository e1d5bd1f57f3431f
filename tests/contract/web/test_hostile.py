"""Who is slow, endless, many or no client at all: over real sockets, in the orchestrator's process and beside it."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from jarvis_ctx import JarvisContextManager
from jarvis_ctx.web import embedded, pace
from tests.contract.web.conftest import API, fill
from tests.contract.web.test_serving import PAUSE, bearer, begun
from tests.faces.cli.processes import ROOT

SOON = 0.4
BESIDE = f"""
from jarvis_ctx.web import pace, standing
standing.REQUEST_SECONDS = pace.ANSWER_SECONDS = {SOON}
from jarvis_ctx.cli import main
main()
"""
NO_REQUESTS = {
    "noise": b"\x16\x03\x01\x02\x00\x01\xfc\r\n\r\n",
    "no version": b"GET\r\n\r\n",
    "an endless line": b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
    "an endless header": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    "headers without end": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
}


def fill_much(manager: JarvisContextManager) -> None:
    """More than the system takes of an answer that nobody reads."""
    fill(manager)
    for number in range(7):
        manager.set_attribute(f"large {number}", "x" * 900_000)


@contextmanager
def within(store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    monkeypatch.setattr(embedded, "Incoming", partial(pace.Incoming, seconds=SOON))
    monkeypatch.setattr(pace, "ANSWER_SECONDS", SOON)
    with JarvisContextManager(store, handle_signals=False, serve=True, port=0, rate_limit=0) as manager:
        fill_much(manager)
        yield begun(manager)["url"], psutil.Process().pid


@contextmanager
def beside(store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    with JarvisContextManager(store, handle_signals=False) as manager:
        fill_much(manager)
    environ = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "JARVIS_RATE_LIMIT": "0", "PATH": ""}
    command = [sys.executable, "-c", BESIDE, "serve", "--path", str(store), "--port", "0"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().split(" is served at ")[1].strip()
            yield url, psutil.Process(process.pid).children()[0].pid
        finally:
            process.terminate()


@pytest.fixture(params=[within, beside], ids=["within", "beside"])
def served(
    request: pytest.FixtureRequest, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, int]]:
    """Where it is served, by which process."""
    with request.param(store_path, monkeypatch) as found:
        yield found


def connected(url: str, takes: int = 0) -> socket.socket:
    """A connection; `takes`: so few bytes wait for it while it does not read."""
    parts, connection = urlsplit(url), socket.socket()
    if takes:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, takes)
    connection.settimeout(20)
    connection.connect((parts.hostname, parts.port))
    return connection


def request(store: Path, target: str, method: str = "GET", *headers: str) -> bytes:
    """A whole head, with the first token."""
    token = f"Authorization: {bearer(store)['Authorization']}"
    return "\r\n".join([f"{method} {target} HTTP/1.1", "Host: localhost", token, *headers, "", ""]).encode()


def let_go(connection: socket.socket, pid: int) -> bool:
    """Whether the server gives up its end of a connection within 20 s."""
    mine, process, deadline = connection.getsockname()[1], psutil.Process(pid), time.monotonic() + 20
    while any(each.raddr and each.raddr.port == mine for each in process.net_connections("tcp")):
        if time.monotonic() > deadline:
            return False
        PAUSE.wait(0.05)
    return True


def answered(url: str, store: Path) -> int:
    return httpx.get(f"{url}{API}/status", headers=bearer(store), timeout=20, verify=False).status_code


def rest(connection: socket.socket) -> bytes:
    """All that is still sent on it, until it is closed."""
    found = b""
    try:
        while part := connection.recv(65_536):
            found += part
    except ConnectionError:
        pass
    return found


def test_who_sends_a_request_too_slowly_is_let_go(served: tuple[str, int], store_path: Path) -> None:
    url, _ = served
    with ExitStack() as opened:
        slow = [opened.enter_context(closing(connected(url))) for _ in range(20)]
        for connection in slow:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        meanwhile = answered(url, store_path)
        began = time.monotonic()

        ends = [rest(connection) for connection in slow]

    assert meanwhile == 200
    assert {end[:12] for end in ends} <= {b"", b"HTTP/1.1 400", b"HTTP/1.1 408"}
    assert time.monotonic() - began < 10


def test_a_body_that_never_arrives_is_not_waited_for(served: tuple[str, int], store_path: Path) -> None:
    url, _ = served
    with ExitStack() as opened:
        slow = [opened.enter_context(closing(connected(url))) for _ in range(20)]
        for connection in slow:
            connection.sendall(
                request(store_path, "/login", "POST", "Content-Type: application/json", "Content-Length: 9")
            )
            connection.sendall(b"{")
        meanwhile = answered(url, store_path)

        ends = [rest(connection) for connection in slow]

    assert meanwhile == 200
    assert {end[:12] for end in ends} <= {b"", b"HTTP/1.1 400", b"HTTP/1.1 408"}


def test_who_takes_nothing_of_an_answer_is_let_go(served: tuple[str, int], store_path: Path) -> None:
    url, pid = served
    with closing(connected(url, takes=4_096)) as stuck:
        stuck.sendall(request(store_path, f"{API}/export"))
        stuck.recv(1)

        assert let_go(stuck, pid)


def test_who_does_not_close_a_refused_connection_keeps_nobody_waiting(
    served: tuple[str, int], store_path: Path
) -> None:
    url, _ = served
    began = time.monotonic()
    with ExitStack() as opened:
        for _ in range(12):
            connection = opened.enter_context(closing(connected(url)))
            connection.sendall(b"nonsense\r\n\r\n")
            connection.recv(1)

        meanwhile = answered(url, store_path)

    assert meanwhile == 200
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(("host", "status"), [("localhost", b"200"), ("evil.example", b"421"), ("", b"400")])
def test_a_target_with_a_host_of_its_own_is_asked_by_that(
    served: tuple[str, int], store_path: Path, host: str, status: bytes
) -> None:
    url, _ = served
    with closing(connected(url)) as connection:
        connection.sendall(request(store_path, f"http://{host}{API}/status", "GET", "Connection: close"))

        answer = rest(connection)

    assert answer[9:12] == status


def test_a_body_of_a_gibibyte_is_refused_and_not_read(served: tuple[str, int], store_path: Path) -> None:
    url, pid = served
    before = psutil.Process(pid).memory_info().rss
    told = ("Content-Type: application/json", "Content-Length: 1073741824")
    with closing(connected(url)) as connection:
        connection.sendall(request(store_path, f"{API}/checkpoint", "POST", *told))

        answer = rest(connection)

    assert answer.startswith(b"HTTP/1.1 413")
    assert psutil.Process(pid).memory_info().rss - before < 32 * 2**20


@pytest.mark.parametrize("case", NO_REQUESTS)
def test_what_is_no_request_is_a_problem_and_nothing_of_the_inside(
    served: tuple[str, int], store_path: Path, case: str
) -> None:
    url, _ = served
    with closing(connected(url)) as connection:
        try:
            connection.sendall(NO_REQUESTS[case])
        except ConnectionError:
            pass

        answer = rest(connection)

    assert answer[9:12] in (b"400", b"414", b"431", b"401", b"")
    assert b"<html" not in answer.lower()
    assert b"Traceback" not in answer
    assert answered(url, store_path) == 200


def test_a_flood_of_connections_is_bounded_and_survived(served: tuple[str, int], store_path: Path) -> None:
    url, pid = served
    process = psutil.Process(pid)
    with ExitStack() as opened:
        for _ in range(350):
            opened.enter_context(closing(connected(url)))
        threads = process.num_threads()

    assert threads < 400
    assert answered(url, store_path) == 200


def test_a_flood_of_requests_is_answered_429_and_calls_are_still_captured(store_path: Path) -> None:
    with JarvisContextManager(store_path, handle_signals=False, serve=True, port=0, rate_limit=2) as manager:
        url, found = begun(manager)["url"], []

        def ask() -> None:
            with httpx.Client(base_url=url, headers=bearer(store_path), verify=False) as client:
                found.extend(client.get(f"{API}/status").status_code for _ in range(15))

        askers = [threading.Thread(target=ask) for _ in range(2)]
        for asker in askers:
            asker.start()
        for number in range(200):
            manager.update_task_progress(f"task-{number}", {"description": "Captured all the same"})
        for asker in askers:
            asker.join()

    assert set(found) == {200, 429}
    assert len(manager.journal.writer.state.tasks) == 200
