"""Commands that run beside the one that is watched: started before it, ended after it, and with us in any case."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping, Sequence

from jarvis_ctx.errors import CommandNotStarted
from jarvis_ctx.supervisor.cause import signal_name
from jarvis_ctx.supervisor.child import Reaper
from jarvis_ctx.supervisor.starting import start

PAUSE = 5.0
"""Seconds after which one that has ended is started again."""


class Beside:
    """Keeps them running; `told` is called with a command and why it does not run."""

    def __init__(
        self,
        commands: Sequence[tuple[str, ...]],
        environ: Mapping[str, str],
        reaper: Reaper,
        told: Callable[[tuple[str, ...], str], object],
    ) -> None:
        self._environ, self._reaper, self._told = environ, reaper, told
        self._said: dict[tuple[str, ...], str] = {}
        self._running: dict[tuple[str, ...], int] = {}
        self._due = dict.fromkeys(commands, 0.0)
        self._over = False

    @property
    def pids(self) -> set[int]:
        """Those that run."""
        return set(self._running.values())

    def tend(self, now: float) -> None:
        """Start what is due at `now` (seconds on a clock that never jumps), note what ended; after `end` neither."""
        if self._over:
            return
        for command, pid in list(self._running.items()):
            if (status := self._reaper.status(pid)) is not None:
                del self._running[command]
                self._due[command] = now + PAUSE
                how = f"exit code {status.exit_code}" if status.signal is None else signal_name(status.signal)
                self._say(command, f"It ended ({how}).")
        for command, due in list(self._due.items()):
            if now >= due:
                self._start(command, now)

    def _start(self, command: tuple[str, ...], now: float) -> None:
        del self._due[command]
        try:
            self._running[command] = start(
                command, self._environ, outputs={}, written_down=self._reaper.expect, dies_with_us=True
            )
        except CommandNotStarted as error:
            self._due[command] = now + PAUSE
            self._say(command, str(error))

    def _say(self, command: tuple[str, ...], why: str) -> None:
        """Once for each reason: it is tried again and again."""
        if self._said.get(command) != why:
            self._said[command] = why
            self._told(command, why)

    def end(self) -> None:
        """Ask them to end, for good."""
        self._over = True
        for pid in self.pids:
            if self._reaper.status(pid) is None:
                os.kill(pid, signal.SIGTERM)
