"""The live stream: how soon an event is seen, and what two hundred listeners cost, one of whom is stuck."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory

import psutil
import websocket

from tests.benchmarks.api import API, STANDING, port_of
from tests.benchmarks.audience import Audience
from tests.benchmarks.children import child
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.memory import MB
from tests.benchmarks.rounds import Sample, interleaved, p50, p99, typical

STREAMS = 200
LARGE = 12_000
"""Bytes of an event, when it is about memory: a thousand are more than is kept for all streams together."""
PAUSE, SLOW = 0.005, 0.04
"""Seconds between two events."""
STUCK_TAKES = 4_096
"""Bytes of a stuck listener's socket."""

TELLING = """
import sys, time
from jarvis_ctx import JarvisContextManager
manager = JarvisContextManager(sys.argv[1], serve=True, port=0, rate_limit=10**6)
while not any(manager.api.values()):
    time.sleep(0.01)
print(manager.api["url"], flush=True)
for asked in sys.stdin:
    count, size, pause = asked.split()
    for number in range(int(count)):
        time.sleep(float(pause))
        manager.update_task_progress(f"{number}.{time.monotonic_ns()}", {"description": "x" * int(size)})
"""


def measure(effort: Effort) -> list[Figure]:
    """Both homes of the stream: the process of the orchestrator, and one beside it."""
    with TemporaryDirectory(prefix="jarvis-bench-") as folder:
        store = Path(folder) / "store"
        with child(TELLING, str(store)) as telling:
            within, token = port_of(telling), (store / "token").read_text().strip()
            with child(STANDING, str(store), "serve") as standing:
                beside, worker = port_of(standing), psutil.Process(standing.pid).children()[0]
                return [
                    *_seen(effort, telling, {"the same": within, "another": beside}, token),
                    *_crowded(effort, telling, beside, worker, token),
                ]


def _seen(effort: Effort, telling: Popen[str], ports: dict[str, int], token: str) -> list[Figure]:
    """From just before the call that appends an event to its arrival in this process."""
    count = max(10, effort.calls // 4)

    def side(port: int) -> list[Sample]:
        with _stream(port, token) as stream:
            _tell(telling, count, 100, PAUSE)
            return [_arrival(stream) for _ in range(count)]

    sides = {home: lambda port=port: side(port) for home, port in ports.items()}
    measured = interleaved(sides, max(1, effort.rounds // 6))
    reaches = {"the same": 2, "another": 60}
    return [
        Figure(
            what=f"event appended to seen by a WebSocket client, server in {home} process, p50",
            value=typical(measured[home], p50),
            unit="ms",
            reach=reaches[home],
            rounds=f"{len(measured[home])} rounds of {count} events, {PAUSE * 1000:g} ms apart",
            details=[f"p99 {typical(measured[home], p99):.1f} ms; the client is a process of its own."],
        )
        for home in ports
    ]


def _crowded(effort: Effort, telling: Popen[str], port: int, server: psutil.Process, token: str) -> list[Figure]:
    """Many listeners, of whom the first takes nothing; what the others miss, and what the server grows by."""
    streams, count = max(4, round(STREAMS * effort.share)), max(20, round(1_000 * effort.share))
    with ExitStack() as opened:
        opened.enter_context(_stream(port, token, takes=STUCK_TAKES))
        others = [opened.enter_context(_stream(port, token)) for _ in range(streams - 1)]
        audience, before = Audience(others), server.memory_info().rss
        began = time.monotonic()
        _tell(telling, count, LARGE, SLOW)
        most = audience.listen(count, lambda: server.memory_info().rss)
        took = time.monotonic() - began
    rounds = (
        f"{count} events of {LARGE:,} bytes, {SLOW * 1000:g} ms apart, to {streams} streams beside the orchestrator"
    )
    return [
        Figure(
            what=f"{STREAMS} live streams, one of them stuck: events lost for the others",
            value=audience.lost,
            unit="events",
            reach=0,
            rounds=rounds,
            details=[f"All {audience.seen:,} messages were there {took:.0f} s after the first event."],
        ),
        Figure(
            what="the same: memory the server grows by meanwhile",
            value=(most - before) / MB,
            unit="MB",
            reach=40,
            rounds=rounds,
            details=[
                "Kept are the latest 8,192 events, at most 8 MiB, for all streams together; and by each stream what "
                "it is about to send, at most 64 KiB or one event."
            ],
        ),
    ]


@contextmanager
def _stream(port: int, token: str, takes: int = 0) -> Iterator[websocket.WebSocket]:
    """An open stream that has been greeted; `takes`: so few bytes wait for whoever does not read."""
    options = ((socket.SOL_SOCKET, socket.SO_RCVBUF, takes),) if takes else ()
    opened = websocket.create_connection(
        f"ws://127.0.0.1:{port}{API}/stream",
        header=[f"Authorization: Bearer {token}"],
        timeout=60,
        suppress_origin=True,
        skip_utf8_validation=True,
        sockopt=options,
    )
    try:
        opened.recv()
        yield opened
    finally:
        opened.shutdown()  # type: ignore[no-untyped-call]  # websocket-client leaves it untyped


def _tell(telling: Popen[str], count: int, size: int, pause: float) -> None:
    assert telling.stdin is not None
    telling.stdin.write(f"{count} {size} {pause}\n")
    telling.stdin.flush()


def _arrival(stream: websocket.WebSocket) -> Sample:
    """Milliseconds that the next event of a task has been on its way."""
    while True:
        told = json.loads(stream.recv())
        seen = time.monotonic_ns()
        if told["type"] == "event" and told["data"]["kind"].startswith("Task"):
            return (seen - int(told["data"]["subject"].partition(".")[2])) / 1e6
