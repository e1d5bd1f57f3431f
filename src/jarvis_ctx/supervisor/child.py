"""The process that is watched: a child of ours, or one that another supervisor has started and we have adopted."""

from __future__ import annotations

import os
import select
import signal
import time
from typing import Protocol

import msgspec

from jarvis_ctx.model.run import ProcessIdentity
from jarvis_ctx.supervisor.pidfd import wait_status

REAPED = 1.0
"""Seconds after the end of somebody else's child within which its parent is to have asked how it ended: then we may."""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How a process ended; both None where nobody can know."""

    exit_code: int | None = None
    signal: int | None = None
    core: bool = False


class Reaper:
    """Takes in the ends of all children of this process, those too that their own parents have left to it."""

    def __init__(self) -> None:
        self._found: dict[int, Status | None] = {}

    def expect(self, pid: int) -> None:
        """Keep that one's end; whoever had its id before it is forgotten."""
        self._found[pid] = None

    def reap(self) -> None:
        """Take in those that have ended by now."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self._found:
                self._found[pid] = _status(status)

    def status(self, pid: int) -> Status | None:
        """How that child, which was expected, ended; None while it lives."""
        return self._found.get(pid)


def _status(status: int) -> Status:
    if os.WIFSIGNALED(status):
        return Status(signal=os.WTERMSIG(status), core=os.WCOREDUMP(status))
    return Status(exit_code=os.WEXITSTATUS(status))


class Child(Protocol):
    """A process that is watched."""

    identity: ProcessIdentity
    adopted: bool

    def status(self) -> Status | None:
        """How it ended; None while it lives."""
        ...

    def signal(self, number: int) -> None:
        """Send it a signal, and no other process that has its id by now."""
        ...

    def close(self) -> None: ...


class OwnChild:
    """A child: its id is its own until it is reaped."""

    adopted = False

    def __init__(self, identity: ProcessIdentity, reaper: Reaper) -> None:
        self.identity, self._reaper = identity, reaper
        reaper.expect(identity.pid)

    def status(self) -> Status | None:
        return self._reaper.status(self.identity.pid)

    def signal(self, number: int) -> None:
        if self.status() is None:
            os.kill(self.identity.pid, number)

    def close(self) -> None:
        """Nothing is open."""


class AdoptedChild:
    """Somebody else's child, held by a descriptor. Raises `ProcessLookupError` when it has ended already."""

    adopted = True

    def __init__(self, identity: ProcessIdentity, reaper: Reaper) -> None:
        self.identity, self._reaper = identity, reaper
        self._descriptor = os.pidfd_open(identity.pid)
        self._gone_since: float | None = None
        reaper.expect(identity.pid)  # We are its parent, too, where its own has died and we are the first process.

    def status(self) -> Status | None:
        if self._gone_since is None and not select.select([self._descriptor], [], [], 0)[0]:
            return None
        self._gone_since = self._gone_since or time.monotonic()
        known = self._reaper.status(self.identity.pid)
        if known is None and (told := wait_status(self._descriptor)) is not None:
            known = _status(told)
        late = time.monotonic() - self._gone_since > REAPED
        return Status() if known is None and late else known

    def signal(self, number: int) -> None:
        try:
            signal.pidfd_send_signal(self._descriptor, number)
        except ProcessLookupError:
            pass  # It has ended in this moment; its status says so.

    def close(self) -> None:
        os.close(self._descriptor)
