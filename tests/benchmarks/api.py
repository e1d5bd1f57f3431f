"""The API: how long an answer takes, how many a second there are, and what all that costs the orchestrator."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from subprocess import Popen
from tempfile import TemporaryDirectory

from tests.benchmarks.asking import apart, load, request, together
from tests.benchmarks.children import child, line
from tests.benchmarks.figure import Effort, Figure
from tests.benchmarks.memory import MB, weigh, weight
from tests.benchmarks.rounds import difference, interleaved, p50, p99, ratio, typical

API = "/api/jarvis/context"
STATUS, TASKS = f"{API}/status", f"{API}/task-progress?limit=100"
CONNECTIONS = 16
ASKED = 60
"""Requests of a round with one connection."""
SECONDS = 1.0
"""A round with many connections."""

LIVE = """
import sys, threading, time
from jarvis_ctx import JarvisContextManager
from tests.benchmarks.material import progress
from tests.benchmarks.rounds import timed
store, tasks, serve = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "serve"
manager = JarvisContextManager(store, serve=serve, port=0, rate_limit=10**6)
for number in range(tasks):
    manager.update_task_progress(f"task-{number:05d}", progress(number))
manager.flush()
manager.checkpoint()
while serve and not any(manager.api.values()):
    time.sleep(0.01)
print(manager.api["url"] if serve else "ready", flush=True)
for asked in sys.stdin:
    calls = timed(lambda n: manager.update_task_progress("task-00001", progress(n)), range(int(asked)), 0.0005)
    print(" ".join(f"{call:.1f}" for call in calls), flush=True)
"""
BARE = """
import flask
from jarvis_ctx.web.binding import listen, url_of
from jarvis_ctx.web.embedded import Server
app = flask.Flask("bare")
@app.get("/")
def answer():
    return {"state": "live", "tasks": 10000}
listening = listen("127.0.0.1", 0)
url = url_of(listening)
server = Server(listening, app)
print(url, flush=True)
server.serve_forever()
"""
STANDING = """
import sys, flask
from jarvis_ctx.settings import load
from jarvis_ctx.web.binding import listen
from jarvis_ctx.web.standing import Standing
app = flask.Flask("bare")
@app.get("/")
def answer():
    return {"state": "live", "tasks": 10000}
class Bare(Standing):
    def load(self):
        return app
kind = Bare if sys.argv[2] == "bare" else Standing
settings = load({"path": sys.argv[1], "rate_limit": 10**6})
kind(settings, listen("127.0.0.1", 0), lambda url: print(url, flush=True)).run()
"""


def measure(effort: Effort) -> list[Figure]:
    """Everything of the API that has a reach."""
    with TemporaryDirectory(prefix="jarvis-bench-") as folder:
        store, tasks = Path(folder) / "store", max(200, round(10_000 * effort.share))
        with child(LIVE, str(store), str(tasks), "serve") as live:
            port, token = port_of(live), (store / "token").read_text().strip()
            return [
                *_alone(effort, port, token),
                *_standing(effort, store, token),
                _beside(effort, live, port, token),
                _weight(effort, Path(folder)),
                _weight_beside(effort, Path(folder)),
            ]


def _alone(effort: Effort, port: int, token: str) -> list[Figure]:
    """One connection; the state does not change meanwhile."""
    with child(BARE) as bare:
        beside, count = port_of(bare), max(5, min(ASKED, effort.calls))
        measured = interleaved(
            {
                "bare": lambda: apart(beside, request("/", ""), count),
                "status": lambda: apart(port, request(STATUS, token), count),
                "task-progress": lambda: apart(port, request(TASKS, token), count),
            },
            max(1, effort.rounds // 3),
        )
    plain = typical(measured["bare"], p50)
    return [
        Figure(
            what=f"`{name}`{more}, embedded server, 1 connection, over a bare Flask JSON route on the same server, p50",
            value=ratio(measured[name], measured["bare"], p50),
            unit="×",
            reach=2,
            rounds=f"{len(measured['bare'])} rounds of {count} requests a side",
            details=[
                f"{typical(measured[name], p50):.0f} µs, bare {plain:.0f} µs, a connection for each request. "
                "The bare route answers 40 bytes without looking who asks; the state did not change meanwhile."
            ],
        )
        for name, more in (("status", ""), ("task-progress", " (100 of 10,000)"))
    ]


def _standing(effort: Effort, store: Path, token: str) -> list[Figure]:
    """Connections that stay open, to `jarvis-ctx serve` and to a bare route under its gunicorn."""
    seconds = SECONDS if effort.rounds > 10 else 0.2
    with _served(store, "bare") as bare, _served(store, "serve") as serve:
        sides = {
            "bare": lambda: [together(bare, request("/", "", lasting=True), CONNECTIONS, seconds)],
            "status": lambda: [together(serve, request(STATUS, token, lasting=True), CONNECTIONS, seconds)],
            "task-progress": lambda: [together(serve, request(TASKS, token, lasting=True), CONNECTIONS, seconds)],
        }
        measured = interleaved(sides, max(1, effort.rounds // 6))
    plain = typical(measured["bare"], p50)
    return [
        Figure(
            what=f"`jarvis-ctx serve`, {CONNECTIONS} connections, `{name}`, answers a second over a bare Flask JSON "
            "route under the same gunicorn",
            value=ratio(measured[name], measured["bare"], p50),
            unit="×",
            reach=0.6,
            least=True,
            rounds=f"{len(measured['bare'])} rounds of {seconds:g} s a side",
            details=[
                f"{typical(measured[name], p50):.0f} answers a second, bare {plain:.0f}; the asker is Python, too."
            ],
        )
        for name in ("status", "task-progress")
    ]


def _beside(effort: Effort, live: Popen[str], port: int, token: str) -> Figure:
    """What a captured call takes while sixteen ask its own process for the status without a pause."""
    calls = max(100, effort.calls)

    def loaded(asked_port: int, asked: bytes) -> list[float]:
        with load(asked_port, asked, CONNECTIONS):
            return _calls(live, calls)

    with child(BARE) as bare:
        elsewhere = port_of(bare)
        sides = {
            "quiet": lambda: _calls(live, calls),
            "loaded": lambda: loaded(port, request(STATUS, token)),
            "elsewhere": lambda: loaded(elsewhere, request("/", "")),
        }
        measured = interleaved(sides, max(1, effort.rounds // 2))
    typically = [f"{typical(measured[side], p50):.1f}" for side in ("loaded", "quiet")]
    rarely = [f"{typical(measured[side], p99):.1f}" for side in ("loaded", "quiet")]
    return Figure(
        what=f"a captured call while {CONNECTIONS} connections ask the API in its process, over one without, p99",
        value=ratio(measured["loaded"], measured["quiet"], p99),
        unit="×",
        reach=2,
        rounds=f"{len(measured['quiet'])} rounds of {calls} calls, half a millisecond apart, a side",
        details=[
            f"p99 {rarely[0]} µs, without {rarely[1]} µs; p50 {typically[0]} µs, without {typically[1]} µs. "
            "A call makes no system call, so it seldom gives the interpreter away.",
            "While they ask a bare Flask route of another process, which answers more often, it is "
            f"{ratio(measured['elsewhere'], measured['quiet'], p99):.2f} ×: so much the machine itself may take.",
        ],
    )


def _weight(effort: Effort, folder: Path) -> Figure:
    """Megabytes that serving adds to a process with a sidecar."""
    rounds = max(1, effort.starts // 5)

    def side(kind: str) -> list[float]:
        return [weigh(LIVE, str(_new(folder)), "1000", kind)[0]]

    measured = interleaved({"plain": lambda: side("plain"), "serving": lambda: side("serve")}, rounds)
    return Figure(
        what="added memory with `serve=True` in the orchestrator",
        value=difference(measured["serving"], measured["plain"], p50) / MB,
        unit="MB",
        reach=70,
        rounds=f"{rounds} pairs of processes",
        details=[f"Resident set, of {median(each[0] for each in measured['serving']) / MB:.0f} MB; 1,000 tasks."],
    )


def _weight_beside(effort: Effort, folder: Path) -> Figure:
    """Megabytes that a server beside it, which is asked without a pause, adds to a process with a sidecar.

    Two processes of one age that did the same, of which one is served: a process grows as it gets older, too.
    """
    rounds, calls = max(1, effort.starts // 3), max(100, effort.calls)
    pairs = [_pair(folder, calls) for _ in range(rounds)]
    return Figure(
        what="memory that `jarvis-ctx serve` beside it adds to the orchestrator's process",
        value=median(served - alone for served, alone in pairs) / MB,
        unit="MB",
        reach=1,
        rounds=f"{rounds} pairs of processes, {calls} calls in each while {CONNECTIONS} connections ask one's server",
        details=[
            f"Resident set, of {median(alone for _, alone in pairs) / MB:.0f} MB; 1,000 tasks. The server only reads "
            "files; two processes of one kind differ by so much, too."
        ],
    )


def _pair(folder: Path, calls: int) -> tuple[float, float]:
    """What an orchestrator weighs whose store is served and asked for, and one beside it."""
    store = _new(folder)
    with child(LIVE, str(store), "1000", "plain") as served, child(LIVE, str(_new(folder)), "1000", "plain") as alone:
        line(served)
        line(alone)
        with _served(store, "serve") as port:
            asked = request(TASKS, (store / "token").read_text().strip())
            with load(port, asked, CONNECTIONS):
                _calls(served, calls)
                _calls(alone, calls)
                return weight(served.pid)[0], weight(alone.pid)[0]


def _new(folder: Path) -> Path:
    """A store that is not there yet."""
    return folder / os.urandom(4).hex()


@contextmanager
def _served(store: Path, kind: str) -> Iterator[int]:
    with ExitStack() as stack:
        yield port_of(stack.enter_context(child(STANDING, str(store), kind)))


def port_of(process: Popen[str]) -> int:
    """Where it serves, by the next line it prints."""
    return int(line(process).rpartition(":")[2])


def _calls(live: Popen[str], count: int) -> list[float]:
    assert live.stdin is not None
    live.stdin.write(f"{count}\n")
    live.stdin.flush()
    return [float(took) for took in line(live).split()]
