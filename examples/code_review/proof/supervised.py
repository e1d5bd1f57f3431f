"""Runs the orchestrator under `jarvis-ctx run`, and kills it when a moment has come; the supervisor starts it again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .kills import Moment
from .lives import TICK, Command, Failed, Kill, Published, interrupts, tail
from .place import Life

JARVIS = [sys.executable, "-c", "from jarvis_ctx.cli import main; main()"]
SERVED = re.compile(r" is served at (http://\S+)")
GRACE = 20.0
"""Seconds that the supervisor may take to end, with all it has started, when it is asked to."""

Event = dict[str, Any]


class Supervised:
    """`jarvis-ctx run` around a command; nothing of it outlives the block."""

    def __init__(self, command: Command, name: str, kills: int, *, serve: bool) -> None:
        self._command, self._said = command, command.side.folder / "supervisor.txt"
        served = ["--serve", "127.0.0.1:0"] if serve and find_spec("flask") else []
        options = ["run", "--json", "--name", name, "--max-restarts", str(kills + 1), *served, "--"]
        self._options = [*JARVIS, *options, *command.line]
        self._seen = 0
        self._events: deque[Event] = deque()
        self._url: str | None = None

    @contextmanager
    def running(self) -> Iterator[Supervised]:
        """Start it; at the end ask it to end, and see that it does."""
        with (
            self._command.side.output.open("ab") as output,
            self._said.open("ab") as said,
            subprocess.Popen(
                self._options,
                cwd=self._command.side.folder,
                env=self._command.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=said,
                start_new_session=True,
            ) as self._process,
        ):
            try:
                yield self
            finally:
                self._end()

    @property
    def pid(self) -> int:
        """The supervisor's own process, while it runs."""
        return self._process.pid

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def take(self, word: str) -> Event | None:
        """The next event that has this word, if it has happened; those before it are passed over."""
        self._look()
        while self._events:
            event = self._events.popleft()
            if event["event"] == word:
                return event
        return None

    def _look(self) -> None:
        with self._said.open("rb") as file:
            file.seek(self._seen)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._seen += len(whole)
        lines = whole.decode("utf-8", "replace").splitlines()
        self._url = next((found[1] for line in lines if (found := SERVED.search(line))), self._url)
        self._events += [json.loads(line) for line in lines if line.startswith('{"event":')]

    def newly_served(self) -> str | None:
        """Where the dashboard is served, when that is known since the last look."""
        url, self._url = self._url, None
        return url

    def wait(self, word: str) -> Event:
        """The next of these events. Raises `Failed` when the supervisor ends without it."""
        while True:
            ended = self._process.poll() is not None
            if (event := self.take(word)) is not None:
                return event
            if ended:
                raise Failed(f"jarvis-ctx run ended with {self._process.returncode}:\n{tail(self._said)}")
            time.sleep(TICK)


def lives(
    supervised: Supervised,
    command: Command,
    moments: list[Moment],
    show: Callable[[int], None],
    told: Callable[[Life], None],
) -> list[Life]:
    """Each life of the command: one for each moment, in which it is killed, and the last; `told` of those killed.

    Raises `Failed` when one ends by itself and not well, and `KeyboardInterrupt` after Ctrl-C.
    """
    published, found = Published(command.side.effects), []
    with interrupts() as came, supervised.running():
        for moment in [*moments, None]:
            found.append(_life(supervised, Kill(moment, published.look()), published, show, came))
            if not found[-1].killed:
                break
            told(found[-1])
    return found


def _life(
    supervised: Supervised, kill: Kill, published: Published, show: Callable[[int], None], came: list[int]
) -> Life:
    pid, started, due = supervised.wait("started")["pid"], time.monotonic(), False
    while (ended := supervised.take("ended")) is None and not due:
        if came:
            raise KeyboardInterrupt
        show(published.look())
        due = kill.due(published.count)
        time.sleep(0 if due else TICK)
    if ended is None:
        os.kill(pid, signal.SIGKILL)
        ended = supervised.wait("ended")
    show(published.look())
    killed = due and ended.get("signal") == "SIGKILL"
    if ended["failed"] and not killed:
        raise Failed(ended["sentence"])
    return Life(
        pid=pid,
        started=started,
        seconds=time.monotonic() - started,
        killed=killed,
        exit_code=-signal.SIGKILL if killed else 0,
        published=published.count,
        size=published.size,
    )


def link(store: Path, name: str, url: str, *, opens: bool) -> str:
    """A link that logs a browser in, once and for two minutes; with `opens` it is opened at once."""
    asked = [*JARVIS, "dashboard", "--no-serve", "--path", str(store), "--name", name, "--port", url.rpartition(":")[2]]
    done = subprocess.run([*asked, "--open" if opens else "--no-open"], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else f"The dashboard is at {url}: {done.stderr.strip()}"
