"""Tells systemd, or whoever listens like it, that we are ready, alive, stopping (the sd_notify protocol)."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
"""Meant for us, so no command of ours inherits them."""


class Notifier:
    """Sends datagrams to $NOTIFY_SOCKET; without it, nothing."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        ours = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        microseconds = environ.get("WATCHDOG_USEC", "")
        self._every = int(microseconds) / 2_000_000 if ours and microseconds.isdigit() else 0.0
        self._next = 0.0

    def ready(self, status: str) -> None:
        """The command runs."""
        self.say("READY=1", f"STATUS={status}")

    def stopping(self) -> None:
        """We are about to end."""
        self.say("STOPPING=1")

    def beat(self, now: float) -> None:
        """Feed the watchdog, twice in its time; `now` in seconds on a clock that never jumps."""
        if self._every and now >= self._next:
            self._next = now + self._every
            self.say("WATCHDOG=1")

    def say(self, *lines: str) -> None:
        """Send lines of the protocol; nobody who does not listen holds us up."""
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as sender:
            try:
                sender.sendto("\n".join(lines).encode(), self._address)
            except OSError:
                pass  # It is gone, or too slow to be told.
