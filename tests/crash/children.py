"""Children of the warm server, as a test holds them: told what to do, listened to, killed, waited for."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import msgspec

ROOT = Path(__file__).parents[2]


class Child:
    """A process that runs one of `roles`."""

    def __init__(self, server: Server, pid: int, pipe: IO[str]) -> None:
        self._server, self.pid, self._pipe = server, pid, pipe
        self.code: int | None = None

    def line(self) -> str:
        """Its next line, waited for; fails when it ends without one."""
        line = self._pipe.readline()
        assert line.endswith("\n"), f"the child ended with {self.wait()} and said {line!r}\n{self._server.log_tail()}"
        return line.strip()

    def lives_for(self, seconds: float) -> bool:
        """Whether it neither speaks nor ends for that long."""
        return not select.select([self._pipe], [], [], seconds)[0]

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def stopped(self) -> None:
        """Wait until SIGSTOP has stopped it."""
        self._server.ask({"stopped": self.pid})

    def go_on(self) -> None:
        """SIGCONT."""
        self.signal(signal.SIGCONT)

    def kill_group(self) -> int:
        """SIGKILL for it and what it has forked, and wait for its own end."""
        os.killpg(self.pid, signal.SIGKILL)
        return self.wait()

    def kill(self) -> int:
        """SIGKILL, and wait for the end."""
        if self.code is None:
            self.signal(signal.SIGKILL)
        return self.wait()

    def wait(self) -> int:
        """Its exit code; a signal's number, negative, where one ended it."""
        if self.code is None:
            self.code = self._server.ask({"wait": self.pid})
        return self.code

    def forget(self) -> None:
        """Kill it and hear no more of it."""
        self.kill()
        self._pipe.close()


class Server:
    """The warm server, one for a test session."""

    def __init__(self, log: Path) -> None:
        self._log = log
        ours, theirs = socket.socketpair()
        with theirs, log.open("w") as file:
            command = [sys.executable, "-m", "tests.crash.server", str(theirs.fileno())]
            environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
            self._process = subprocess.Popen(
                command,
                cwd=log.parent,
                env=environment,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stderr=file,
            )
        self._link = ours
        self.children: list[Child] = []

    def start(self, role: str, **arguments: Any) -> Child:
        """Fork a child that runs `role`."""
        reading, writing = os.pipe()
        try:
            pid = self.ask({"role": role, "arguments": arguments}, writing)
        finally:
            os.close(writing)
        child = Child(self, pid, os.fdopen(reading, encoding="utf-8"))
        self.children.append(child)
        return child

    def ask(self, request: dict[str, Any], *descriptors: int) -> int:
        """Send one request and wait for its number."""
        socket.send_fds(self._link, [msgspec.json.encode(request, enc_hook=str)], list(descriptors))
        answer = self._link.recv(64)
        assert answer, f"the server of children ended\n{self.log_tail()}"
        return int(answer)

    def log_tail(self) -> str:
        """The last that children wrote to standard error."""
        return self._log.read_text(errors="replace")[-4000:]

    def clear(self) -> None:
        """Leave no child of a test behind, whether it is stopped or runs."""
        for child in self.children:
            child.forget()
        self.children.clear()

    def close(self) -> None:
        """End the server."""
        self.clear()
        self._link.close()
        self._process.wait(timeout=10)
