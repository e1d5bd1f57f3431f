"""An orchestrator that serves its own dashboard and works on until it is killed; a process of its own."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from jarvis_ctx import JarvisContextManager
from jarvis_ctx.clock import SystemClock
from jarvis_ctx.web.dashboard.sessions import Sessions
from jarvis_ctx.web.tokens import Tokens
from tests.browser.hostile import CORPUS

ROOT = Path(__file__).parents[2]
READY = "ready"
AGENTS = ("ada", "grace", "linus")
STATUSES = ("pending", "in_progress", "completed", "blocked", "failed")


class Orchestrator:
    """One name, one store, one port; started, killed and started again."""

    def __init__(self, store: Path, *, calm: bool = False, program: str = "tests.browser.orchestrator") -> None:
        """With `calm`, nobody hostile has written into it. `program` is a module that takes store, port and calm."""
        self.store, self._calm, self._program = store, calm, program
        self._held = _held_port()
        self.port = int(self._held.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._child: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and wait until it serves."""
        command = [
            sys.executable,
            "-m",
            self._program,
            str(self.store),
            str(self.port),
            str(int(self._calm)),
        ]
        self._child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
        assert self._child.stdout is not None
        assert self._child.stdout.readline().strip() == READY

    def say(self, line: str) -> None:
        """Let it work on a task of this name."""
        assert self._child is not None
        assert self._child.stdin is not None
        self._child.stdin.write(line + "\n")
        self._child.stdin.flush()

    def kill(self) -> None:
        """As `kill -9` does."""
        if self._child is not None:
            self._child.send_signal(signal.SIGKILL)
            self._child.communicate()
            self._child = None

    def close(self) -> None:
        """Kill it, for good."""
        self.kill()
        self._held.close()

    def token(self) -> str:
        """Its first token."""
        return (self.store / "token").read_text().strip()

    def link(self) -> str:
        """An address that logs in once."""
        return link(self.store, self.url)


def link(store: Path, url: str) -> str:
    """An address that logs in once, by the store's first token, at the dashboard of `store` that is served at `url`."""
    tokens = Tokens(store, SystemClock())
    token = tokens.check((store / "token").read_text().strip())
    assert token is not None
    return f"{url}/login#link={Sessions(store, tokens, SystemClock()).link(token)}"


def _held_port() -> socket.socket:
    """A port that is bound here and never listened at, so that nobody but the orchestrator is given it."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


def fill(manager: JarvisContextManager) -> None:
    """A bit of everything."""
    for number in range(12):
        who, other = AGENTS[number % 3], AGENTS[(number + 1) % 3]
        manager.log_agent_message(who, other, f"Please look at part {number}")
        manager.log_decision("route", {"part": number}, other, "It has the fewest open reviews.", "accepted")
    for number in range(20):
        waits = {"dependencies": [f"task-{number - 3}"] if number > 3 else [], "agent": AGENTS[number % 3]}
        status = STATUSES[number % len(STATUSES)]
        blocked = {"blockers": [f"task-{number - 1}"]} if status == "blocked" else {}
        told = {"description": f"Review part {number}", "status": status, "percentage": number * 5}
        manager.update_task_progress(f"task-{number}", {**told, **waits, **blocked})
    manager.mark_recovery_point("calm")
    manager.heartbeat("ada")


def fill_hostile(manager: JarvisContextManager) -> None:
    """In each field that is shown what a hostile agent would write there."""
    for evil in CORPUS:
        told = {"description": evil, "status": evil, "agent": evil, "completed_subtasks": [evil]}
        manager.update_task_progress(f"t{evil}", {**told, "blockers": [evil], "dependencies": ["task-1"]})
        manager.update_task_progress(f"p{evil}", {"part": {"group": evil, "name": evil}, "description": evil})
        manager.update_agent_state(evil, {"status": evil})
        manager.log_decision(evil, evil, evil, evil, evil, more=evil)
        manager.log_agent_message(evil, "ada", {evil: evil})
        manager.log_agent_message("ada", f"to {evil}", evil)
        manager.set_attribute("said", evil)
    manager.mark_recovery_point(CORPUS[0])
    manager.update_task_progress("task-1", {"status": CORPUS[1], "description": CORPUS[2]})


def _live(store: str, port: str, calm: str) -> None:
    settings = {"serve": True, "port": int(port), "rate_limit": 0, "resume": "report"}
    with JarvisContextManager(store, name="reviewer", **settings) as manager:
        if manager.run.epoch == 1:
            fill(manager)
        if manager.run.epoch == 1 and calm == "0":
            fill_hostile(manager)
        while manager.api == {"url": "", "error": ""}:
            time.sleep(0.01)
        manager.flush()
        print(READY, flush=True)
        for line in sys.stdin:
            manager.update_task_progress(line.strip(), {"status": "in_progress", "percentage": 50})


if __name__ == "__main__":
    _live(*sys.argv[1:])
