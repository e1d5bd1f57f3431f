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

from tests.crash import plants

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

    def rest(self) -> list[str]:
        """All that it has said and nobody has listened to, once it has ended."""
        self.wait()
        return self._pipe.read().splitlines()

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

    def forget(self, waited: bool) -> None:
        """Hear no more of it; where its server lives, which it would have died with, kill it and wait for its end."""
        if waited:
            self.kill()
        self._pipe.close()


class Server:
    """The warm server, one for a test session; a signal to the session's process group does not reach it."""

    def __init__(self, log: Path) -> None:
        self._log, self._serial = log, 0
        self.children: list[Child] = []
        self._begin()

    def _begin(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs, self._log.open("w") as file:
            command = [sys.executable, "-m", "tests.crash.server", str(theirs.fileno())]
            environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
            self.process = subprocess.Popen(
                command,
                cwd=self._log.parent,
                env=environment,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stderr=file,
                start_new_session=True,
            )
        self._link, self._answers = ours, ours.makefile("rb")

    def start(self, role: str, **arguments: Any) -> Child:
        """Fork a child that runs `role`."""
        reading, writing = os.pipe()
        try:
            broken = os.environ.get(plants.VARIABLE, "")
            pid = self.ask({"role": role, "arguments": arguments, "broken": broken}, writing)
        except BaseException:
            # Whatever stopped us goes on to the test; no pipe stays open.
            os.close(reading)
            raise
        finally:
            os.close(writing)
        child = Child(self, pid, os.fdopen(reading, encoding="utf-8"))
        self.children.append(child)
        return child

    def ask(self, request: dict[str, Any], *descriptors: int) -> int:
        """Send one request and wait for its number; fails, with the reason, where there is none."""
        self._serial += 1
        message = msgspec.json.encode({**request, "serial": self._serial}, enc_hook=str) + b"\n"
        try:
            socket.send_fds(self._link, [message], list(descriptors))
            number, failed = self._answer()
        except ConnectionError:
            number, failed = 0, self._death()
        assert not failed, f"{failed} at {request}\n{self.log_tail()}"
        return number

    def _answer(self) -> tuple[int, str]:
        """What it answers to the latest request; older ones' tests were stopped while they waited."""
        for line in self._answers:
            serial, number, failed = msgspec.json.decode(line, type=tuple[int, int, str])
            if serial == self._serial:
                return number, failed
        return 0, self._death()

    def _death(self) -> str:
        return f"the server of children ended with {self.process.wait(timeout=10)}"

    def log_tail(self) -> str:
        """The last that the server and its children wrote to standard error."""
        return self._log.read_text(errors="replace")[-4000:]

    def clear(self) -> None:
        """Leave no child of a test behind, whether it is stopped or runs; begin again where the server has ended."""
        alive = self.process.poll() is None
        for child in self.children:
            child.forget(alive)
        self.children.clear()
        if not alive:
            self._let_go()
            self._begin()

    def close(self) -> None:
        """End the server."""
        self.clear()
        self._let_go()

    def _let_go(self) -> None:
        self._answers.close()
        self._link.close()
        self.process.wait(timeout=10)
