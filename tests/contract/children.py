"""Other processes at the same store: `python -m tests.contract.children ROLE PATH [ARGUMENT]`.

Each prints a line when it has done what it says, and ends when its input does.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

from jarvis_ctx.errors import StoreUnavailable
from jarvis_ctx.storage.sqlite import creation, migrations
from jarvis_ctx.storage.sqlite.driver import sqlite
from jarvis_ctx.storage.sqlite.store import SqliteStore
from tests.contract.records import batch, events, lease

ROOT = Path(__file__).parents[2]
SIZE = 20


def command(role: str, path: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "tests.contract.children", role, str(path), *arguments]


def environment() -> dict[str, str]:
    """Ours, finding the modules that we find."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


class Child:
    """A child in a role; ended by `kill`, or by leaving the `with`."""

    def __init__(self, role: str, path: Path) -> None:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command(role, path), cwd=ROOT, env=environment(), text=True, **pipes)

    def said(self) -> str:
        """The next line; empty at the end."""
        return self._output.readline().strip()

    def kill(self) -> list[str]:
        """SIGKILL; the lines that had been said and not been read."""
        self.process.kill()
        return self.end()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def _output(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout

    def end(self) -> list[str]:
        """Close its input and wait; the lines that had not been read."""
        if self._output.closed:
            return []
        assert self.process.stdin is not None
        self.process.stdin.close()
        with self._output as output:
            rest = output.read().split("\n")
        self.process.wait()
        return [line for line in rest if line]


def writes(path: Path) -> None:
    """Writes batch after batch for ever, and says each one's last number once it is acknowledged."""
    store = SqliteStore(path)
    first = max(store.events.watermarks().values(), default=0) + 1
    while True:
        store.events.write(batch(events(first, first + SIZE - 1)))
        first += SIZE
        print(first - 1, flush=True)


def opens(path: Path) -> None:
    """Opens the store, puts a lease, and keeps it open until its input ends."""
    store = SqliteStore(path)
    store.leases.put("jarvis", [lease("child", 1)])
    print("open", flush=True)
    sys.stdin.read()
    store.close()


def locks(path: Path) -> None:
    """Holds the write lock until its input ends."""
    connection = sqlite.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    print("locked", flush=True)
    sys.stdin.read()
    connection.execute("COMMIT")
    connection.close()


def creates(path: Path) -> None:
    """Waits for its input's end, then opens and closes the store."""
    print("ready", flush=True)
    sys.stdin.read()
    try:
        SqliteStore(path).close()
        print("made", flush=True)
    except StoreUnavailable as error:
        print(error, flush=True)


def forks(path: Path) -> None:
    """Writes, forks a child that writes and comes to its interpreter's end, and writes again after it."""
    store = SqliteStore(path)
    store.events.write(batch(events(1, 3)))
    child = os.fork()
    if child == 0:
        store.events.write(batch(events(4, 6)))
        sys.exit(0 if list(store.events.events("jarvis", {})) == events(1, 6) else 1)
    _, status = os.waitpid(child, 0)
    print(f"child ended with {os.waitstatus_to_exitcode(status)}")
    print("log kept" if path.with_name(path.name + "-wal").exists() else "log gone")
    store.events.write(batch(events(7, 9)))
    store.close()
    print("done", flush=True)


def syncs(path: Path) -> None:
    """Writes and syncs, and says between which two system calls."""
    store = SqliteStore(path)
    store.events.write(batch(events(1, 3)))
    os.write(1, b"begun")
    store.events.write(batch(events(4, 6)))
    os.write(1, b"written")
    store.events.sync()
    os.write(1, b"synced")
    store.close()


def dies(path: Path, moment: str) -> None:
    """Begins to make the store and is killed at the moment it calls `moment` of its module `creation`."""
    *owner, name = f"creation.{moment}".split(".")
    holder = {"creation": creation, "os": os, "migrations": migrations}[owner[-1]]
    setattr(holder, name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
    SqliteStore(path)


ROLES = {role.__name__: role for role in (writes, opens, locks, creates, forks, syncs, dies)}

if __name__ == "__main__":
    ROLES[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
